#include "ops/_broadcast.hpp"
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

/// Zero points that have the rank of the matrices: [.., M, 1] for a, [.., 1, N] for b.
void subtract_batched(std::vector<std::uint64_t>& codes, const OpCall& call, std::size_t input) {
  const Shape& x = call.input(input).shape();
  const Tensor& zero = call.input(input + 2);
  if (zero.rank() != x.size() || broadcast_shapes(zero.shape(), x) != x) {
    call.fail(cat("zero points of shape ", to_string(zero.shape()), " for ", to_string(x)));
  }
  const std::vector<std::uint64_t> z = ops::to_wrapping(zero);
  const auto offsets = ops::broadcast_offsets(zero.shape(), x);
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] -= z[offsets[i]];
}

void reference(OpCall& call) {
  const ops::MatMulPlan plan = ops::plan_matmul(call, call.input(0).shape(), call.input(1).shape());
  const auto codes = [&](std::size_t input, const ops::ZeroLayout& layout) {
    std::vector<std::uint64_t> v = ops::to_wrapping(call.input(input));
    const bool batched = call.has_input(input + 2) && call.input(input + 2).rank() > 1;
    if (batched) {
      subtract_batched(v, call, input);
    } else {
      ops::subtract_zero(v, call, input + 2, layout);
    }
    return v;
  };
  const auto a = codes(0, {plan.m, plan.k});
  const auto b = codes(1, {plan.n, 1});
  call.set_output(
      0, ops::from_wrapping(ops::multiply(plan, a, b), plan.shape, dtype_of(ElementKind::i32)));
}

}  // namespace

/// Product of 8-bit codes less their zero points, in 32 bits. Shapes: as MatMul; a_zero_point [],
/// [M] or [.., M, 1], b_zero_point [], [N] or [.., 1, N]. Source: ONNX MatMulInteger, version 10.
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
