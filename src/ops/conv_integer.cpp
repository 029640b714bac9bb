#include "ops/_conv.hpp"
#include "tensor/visit.hpp"

namespace pare {
namespace {

constexpr TypeSet kBytes = {ElementKind::i8, ElementKind::u8};

void infer(ShapeContext& c) { ops::conv_infer(c, 1, dtype_of(ElementKind::i32)); }
Cost cost(const ShapeContext& c) { return ops::conv_cost(c, 1); }

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& w = call.input(1);
  const ops::ConvShape s = ops::conv_shape(call, x.shape(), w.shape());
  const std::int64_t x_zero = call.has_input(2) ? call.input(2).to_ints().at(0) : 0;
  std::vector<std::int64_t> w_zero = {0};
  if (call.has_input(3)) w_zero = call.input(3).to_ints();
  if (w_zero.size() != 1 && static_cast<std::int64_t>(w_zero.size()) != s.outputs) {
    call.fail("w_zero_point of wrong size");
  }
  w_zero.resize(static_cast<std::size_t>(s.outputs), w_zero[0]);
  Shape shape = {s.batch, s.outputs};
  shape.insert(shape.end(), s.out.begin(), s.out.end());
  const auto out =
      call.make_output(0, dtype_of(ElementKind::i32), shape).mutable_data<std::int32_t>();
  const std::vector<std::int64_t> in = x.to_ints();
  const std::vector<std::int64_t> weights = w.to_ints();
  ops::convolve<std::int64_t>(
      s, [&](std::int64_t, std::int64_t i) { return in[static_cast<std::size_t>(i)] - x_zero; },
      [&](std::int64_t m, std::int64_t i) {
        return weights[static_cast<std::size_t>(i)] - w_zero[static_cast<std::size_t>(m)];
      },
      [&](std::int64_t i, std::int64_t, std::int64_t sum) {
        out[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(sum);
      });
}

}  // namespace

/// Convolution of 8-bit codes less their zero points, summed in 32 bits; padding is zero after the
/// zero point is taken off. Shapes: as Conv; x_zero_point [], w_zero_point [] or [M]. Source: ONNX
/// ConvInteger, version 10.
OpDefs op_conv_integer() {
  OpDef def("ConvInteger", 10);
  def.input("x", kBytes, "T1")
      .input("w", kBytes, "T2")
      .optional_input("x_zero_point", kBytes, "T1")
      .optional_input("w_zero_point", kBytes, "T2")
      .output("y", {ElementKind::i32}, "T3")
      .define(infer, reference, cost);
  return ops::conv_attributes(def);
}

}  // namespace pare
