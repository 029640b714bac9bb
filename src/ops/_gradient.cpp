#include "ops/_gradient.hpp"

#include <utility>

#include "ops/_numbers.hpp"

namespace pare::ops {

using Ints = std::vector<std::int64_t>;

void set_slope(GradientContext& g, Value* slope) { g.set_dx(0, g.mul(g.dy(0), slope)); }

void nothing_flows(GradientContext& /*g*/) {}

void reshaped_gradient(GradientContext& g) { g.set_dx(0, g.reshape_like(g.dy(0), g.x(0))); }

void moved_gradient(GradientContext& g) {
  Value* x = g.x(0);
  Value* count = g.op("Size", {x});
  const auto scalar = [&](std::int64_t n) {
    return g.graph().add_constant(Tensor::scalar<std::int64_t>(n), "index");
  };
  Value* places = g.reshape_like(g.op("Range", {scalar(0), count, scalar(1)}), x);
  std::vector<Value*> inputs = g.node().inputs();
  inputs[0] = places;
  Value* from = g.op(g.node().op(), std::move(inputs), g.node().attributes(), g.node().domain());
  Value* sums = g.op("ScatterElements", {g.flat(g.zeros_like(x)), g.flat(from), g.flat(g.dy(0))},
                     {{"reduction", std::string("add")}});
  g.set_dx(0, g.reshape_like(sums, x));
}

void ties_gradient(GradientContext& g) {
  const std::size_t n = g.node().inputs().size();
  std::vector<Value*> equal;
  Value* count = nullptr;
  for (std::size_t i = 0; i < n; ++i) {
    equal.push_back(g.cast_like(g.equal(g.x(i), g.y(0)), g.y(0)));
    count = count == nullptr ? equal.back() : g.add(count, equal.back());
  }
  Value* share = g.div(g.dy(0), count);
  for (std::size_t i = 0; i < n; ++i) {
    if (g.wants(i)) g.set_dx(i, g.sum_to(g.mul(share, equal[i]), g.x(i)));
  }
}

Value* per_channel(GradientContext& g, Value* v, std::size_t rank) {
  Ints axes;
  for (std::size_t i = 2; i < rank; ++i) axes.push_back(static_cast<std::int64_t>(i) - 1);
  return g.unsqueeze(v, axes);
}

Ints all_but_channels(std::size_t rank) {
  Ints axes = {0};
  for (std::size_t i = 2; i < rank; ++i) axes.push_back(static_cast<std::int64_t>(i));
  return axes;
}

Ints axes_from(std::int64_t first, std::size_t rank) {
  Ints axes;
  for (std::int64_t i = first; i < static_cast<std::int64_t>(rank); ++i) axes.push_back(i);
  return axes;
}

Normalised normalise(GradientContext& g, Value* x, const Ints& axes, double epsilon, bool centred) {
  Normalised out;
  out.axes = axes;
  out.centred = centred;
  Value* middle = centred ? g.sub(x, g.mean(x, axes)) : x;
  Value* variance = g.add(g.mean(g.square(middle), axes), epsilon);
  out.inverse = g.op("Reciprocal", {g.op("Sqrt", {variance})});
  out.n = g.mul(middle, out.inverse);
  return out;
}

Value* through_norm(GradientContext& g, const Normalised& norm, Value* dn) {
  Value* along = g.mul(norm.n, g.mean(g.mul(dn, norm.n), norm.axes));
  Value* rest = g.sub(dn, along);
  if (norm.centred) rest = g.sub(rest, g.mean(dn, norm.axes));
  return g.mul(rest, norm.inverse);
}

Value* signed_power(GradientContext& g, Value* x, std::int64_t p) {
  if (p == 2) return x;
  Value* sign = g.op("Sign", {x});
  if (p == 1) return sign;
  Value* exponent = g.number(static_cast<double>(p - 1), x);
  return g.mul(sign, g.op("Pow", {g.op("Abs", {x}), exponent}));
}

Value* over_power(GradientContext& g, Value* a, Value* y, std::int64_t p) {
  if (p == 1) return a;
  Value* power = p == 2 ? y : g.op("Pow", {y, g.number(static_cast<double>(p - 1), y)});
  return g.zero_where(g.equal(y, 0.0), g.div(a, power));
}

void shape_input_infer(ShapeContext& c, std::size_t shape) {
  std::optional<SymShape> y;
  if (const auto sizes = c.input_elements(shape)) {
    y = SymShape(*sizes);
  } else if (const SymShape* s = c.input_shape(shape)) {
    if (s->size() == 1 && s->front().is_number() && s->front().number() >= 0 &&
        s->front().number() <= static_cast<std::int64_t>(kMaxRank)) {
      y = SymShape(static_cast<std::size_t>(s->front().number()));
    }
  }
  c.set_output(0, c.input_dtype(0), y);
}

Shape shape_input(const OpCall& call, std::size_t shape, std::size_t rank) {
  Shape sizes = call.input(shape).to_ints();
  if (sizes.size() != rank) {
    call.fail(cat("the shape is ", to_string(sizes), ", wanted rank ", rank));
  }
  for (const std::int64_t n : sizes) {
    if (n < 0) call.fail(cat("the shape is ", to_string(sizes)));
  }
  return sizes;
}

}  // namespace pare::ops
