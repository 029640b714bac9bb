#include "ops/_matmul.hpp"
#include "ops/_quantize.hpp"

namespace pare {
namespace {

constexpr TypeSet kBytes = {ElementKind::i8, ElementKind::u8};

void infer(ShapeContext& c) {
  c.set_output(0, dtype_of(ElementKind::i32),
               ops::matmul_shape(c, c.input_shape(0), c.input_shape(1)));
}

Cost cost(const ShapeContext& c) { return ops::matmul_cost(c, 0); }

void reference(OpCall& call) {
  const ops::MatMulPlan plan = ops::plan_matmul(call, call.input(0).shape(), call.input(1).shape());
  const auto codes = [&](std::size_t input, const ops::ZeroLayout& layout) {
    std::vector<std::uint64_t> v = ops::to_wrapping(call.input(input));
    ops::subtract_zero(v, call, input + 2, layout);
    return v;
  };
  const auto a = codes(0, {plan.m, plan.k});
  const auto b = codes(1, {plan.n, 1});
  call.set_output(
      0, ops::from_wrapping(ops::multiply(plan, a, b), plan.shape, dtype_of(ElementKind::i32)));
}

}  // namespace

/// Product of 8-bit codes less their zero points, in 32 bits. Shapes: as MatMul; a_zero_point [] or
/// [M], b_zero_point [] or [N]. Source: ONNX MatMulInteger, version 10.
OpDefs op_mat_mul_integer() {
  return OpDef("MatMulInteger", 10)
      .input("A", kBytes, "T1")
      .input("B", kBytes, "T2")
      .optional_input("a_zero_point", kBytes, "T1")
      .optional_input("b_zero_point", kBytes, "T2")
      .output("Y", {ElementKind::i32}, "T3")
      .define(infer, reference, cost);
}

}  // namespace pare
