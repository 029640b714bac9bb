#include "ops/_elementwise.hpp"

namespace pare::ops {
namespace {

std::optional<SymShape> broadcast_of_inputs(const ShapeContext& c) {
  SymShape shape;
  for (std::size_t i = 0; i < c.input_count(); ++i) {
    if (!c.has_input(i)) continue;
    const SymShape* s = c.input_shape(i);
    if (s == nullptr) return std::nullopt;
    shape = broadcast_shapes(shape, *s);
  }
  return shape;
}

double bytes_of(const ValueType& type) {
  if (!type.shape || !type.dtype.valid()) return 0;
  const auto shape = to_numbers(*type.shape);
  if (!shape) return 0;
  return static_cast<double>(element_count(*shape)) * type.dtype.bits_per_value() / 8;
}

}  // namespace

void same_as_input(ShapeContext& c) { c.set_output(0, c.input(0)); }

void same_values(ShapeContext& c) {
  c.set_output(0, c.input(0));
  if (auto elements = c.input_elements(0)) c.set_output_elements(0, std::move(*elements));
}

void broadcast_infer(ShapeContext& c) { c.set_output(0, c.input_dtype(0), broadcast_of_inputs(c)); }

void broadcast_bool_infer(ShapeContext& c) {
  c.set_output(0, dtype_of(ElementKind::boolean), broadcast_of_inputs(c));
}

Signs signs_of_difference(const Dim& a, const Dim& b) {
  if (a.is_number() && b.is_number()) {
    return {a.number() < b.number(), a.number() == b.number(), a.number() > b.number()};
  }
  // Numbers at the end of their range (the end of a Slice) cannot be subtracted.
  constexpr std::int64_t kFar = std::int64_t{1} << 62;
  for (const Dim& d : {a, b}) {
    if (d.is_unknown() || (d.is_number() && (d.number() > kFar || d.number() < -kFar))) return {};
  }
  const Dim up = a - b;
  const Dim down = b - a;
  Signs s;
  s.negative = !up.never_negative();
  s.positive = !down.never_negative();
  s.zero = !(up - 1).never_negative() && !(down - 1).never_negative();
  return s;
}

Dim greater_dim(const Dim& a, const Dim& b) {
  const Signs s = signs_of_difference(a, b);
  return !s.negative ? a : !s.positive ? b : Dim::unknown();
}

Dim lesser_dim(const Dim& a, const Dim& b) {
  const Signs s = signs_of_difference(a, b);
  return !s.positive ? a : !s.negative ? b : Dim::unknown();
}

Cost elementwise_cost(const ShapeContext& c, double flops) {
  Cost cost;
  for (std::size_t i = 0; i < c.input_count(); ++i) {
    if (c.has_input(i)) cost.bytes += bytes_of(c.input(i));
  }
  for (std::size_t i = 0; i < c.output_count(); ++i) cost.bytes += bytes_of(c.output(i).type);
  const ValueType& y = c.output(0).type;
  if (y.shape) {
    if (const auto shape = to_numbers(*y.shape)) {
      cost.flops = flops * static_cast<double>(element_count(*shape));
    }
  }
  return cost;
}

Cost one_flop(const ShapeContext& c) { return elementwise_cost(c, 1); }
Cost free_of_flops(const ShapeContext& c) { return elementwise_cost(c, 0); }

}  // namespace pare::ops
