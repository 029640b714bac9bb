#include "ops/_matmul.hpp"

namespace pare {
namespace {

constexpr TypeSet kBytes = {ElementKind::i8, ElementKind::u8};

void infer(ShapeContext& c) { ops::matmul_infer(c, 0, 1, dtype_of(ElementKind::i32)); }
Cost cost(const ShapeContext& c) { return ops::matmul_cost(c, 0); }

std::vector<std::int64_t> zeros(const OpCall& call, std::size_t input, std::int64_t n) {
  std::vector<std::int64_t> z = {0};
  if (call.has_input(input)) z = call.input(input).to_ints();
  if (z.size() != 1 && static_cast<std::int64_t>(z.size()) != n) {
    call.fail("a zero point of wrong size");
  }
  z.resize(static_cast<std::size_t>(n), z[0]);
  return z;
}

void reference(OpCall& call) {
  const ops::MatMulShape s = ops::matmul_shape(call.input(0).shape(), call.input(1).shape());
  const std::vector<std::int64_t> a = call.input(0).to_ints();
  const std::vector<std::int64_t> b = call.input(1).to_ints();
  const std::vector<std::int64_t> za = zeros(call, 2, s.m);
  const std::vector<std::int64_t> zb = zeros(call, 3, s.n);
  const auto out =
      call.make_output(0, dtype_of(ElementKind::i32), s.shape).mutable_data<std::int32_t>();
  // Row and column of an element follow from its index: matrices lie end to end.
  ops::multiply<std::int64_t>(
      s,
      [&](std::int64_t i) {
        return a[static_cast<std::size_t>(i)] - za[static_cast<std::size_t>(i / s.k % s.m)];
      },
      [&](std::int64_t i) {
        return b[static_cast<std::size_t>(i)] - zb[static_cast<std::size_t>(i % s.n)];
      },
      [&](std::int64_t at, std::int64_t, std::int64_t, std::int64_t sum) {
        out[static_cast<std::size_t>(at)] = static_cast<std::int32_t>(sum);
      });
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
