#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

/// Wraps; a negative power is 0 unless the base is 1 or -1.
std::uint64_t whole_power(std::uint64_t base, std::uint64_t power, bool negative) {
  if (negative) {
    if (base == 0) return 0;
    const std::uint64_t minus_one = ~std::uint64_t{0};
    return base == 1 ? 1 : base != minus_one ? 0 : (power & 1U) != 0 ? minus_one : 1;
  }
  std::uint64_t y = 1;
  for (; power != 0; power >>= 1U) {
    if ((power & 1U) != 0) y *= base;
    base *= base;
  }
  return y;
}

/// Integers to integer powers, modulo the size of the type.
void whole_reference(OpCall& call, const Shape& shape) {
  const Tensor& x = call.input(0);
  const Tensor& p = call.input(1);
  const std::vector<std::uint64_t> base = ops::to_wrapping(x);
  const std::vector<std::uint64_t> power = ops::to_wrapping(p);
  const bool is_signed = p.type().info().group == DtypeClass::signed_int;
  const auto ix = ops::broadcast_offsets(x.shape(), shape);
  const auto ip = ops::broadcast_offsets(p.shape(), shape);
  std::vector<std::uint64_t> y(ix.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::uint64_t n = power[static_cast<std::size_t>(ip[i])];
    const bool negative = is_signed && (n >> 63U) != 0;
    y[i] = whole_power(base[static_cast<std::size_t>(ix[i])], n, negative);
  }
  call.set_output(0, ops::from_wrapping(y, shape, x.type()));
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& p = call.input(1);
  const Shape shape = broadcast_shapes(x.shape(), p.shape());
  if (x.type().is_integer() && p.type().is_integer()) {
    whole_reference(call, shape);
    return;
  }
  const std::vector<double> base = x.to_doubles();
  const std::vector<double> power = p.to_doubles();
  const auto ix = ops::broadcast_offsets(x.shape(), shape);
  const auto ip = ops::broadcast_offsets(p.shape(), shape);
  Tensor wide(ElementKind::f64, shape);
  const auto out = wide.mutable_data<double>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] =
        std::pow(base[static_cast<std::size_t>(ix[i])], power[static_cast<std::size_t>(ip[i])]);
    if (x.type().is_integer()) out[i] = std::trunc(out[i]);
  }
  call.set_output(0, wide.cast(x.type()));
}

void gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* dy = g.dy(0);
  Value* p = g.cast_like(g.x(1), x);
  if (g.wants(0)) {
    // Where p and x are 0, the formula is 0 times infinity.
    Value* slope = g.mul(p, g.op("Pow", {x, g.add(p, -1)}));
    g.set_dx(0, g.sum_to(g.mul(dy, g.zero_where(g.equal(p, 0.0), slope)), x));
  }
  if (g.wants(1)) {
    // No real derivative at negative bases; at 0 the power stays 0.
    Value* log = g.op("Log", {g.where(g.greater(x, 0.0), x, g.number(1, x))});
    g.set_dx(1, g.sum_to(g.mul(g.mul(dy, g.y(0)), log), g.x(1)));
  }
}

}  // namespace

/// z = x to the power y, in the type of x. Shapes: x, y broadcast -> z. Source: ONNX Pow,
/// version 15.
OpDefs op_pow() {
  return OpDef("Pow", 15)
      .input("X", types::kNumeric)
      .input("Y", types::kNumeric, "T1")
      .output("Z", types::kNumeric)
      .define(ops::broadcast_infer, reference, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
