#include <algorithm>

#include "ops/_axes.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"
#include "ops/_window.hpp"

namespace pare {
namespace {

ops::Window read(const AttributeReader& a, std::size_t rank) {
  if (rank < 3) a.fail(cat("x has rank ", rank, ", wanted at least 3"));
  return ops::read_window(a, rank - 2);
}

/// The size whose pooling gives `in`.
Dim unpooled(const ops::Window& w, std::size_t i, const Dim& in) {
  return (in - Dim(1)) * Dim(w.strides[i]) + Dim(w.kernel[i] - w.begin[i] - w.end[i]);
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> y;
  if (x != nullptr) {
    const ops::Window w = read(c, x->size());
    y = *x;
    const auto wanted = c.has_input(2) ? c.input_elements(2) : std::nullopt;
    if (wanted && wanted->size() != y->size()) c.fail("output_shape has the wrong rank");
    for (std::size_t i = 0; i < w.rank(); ++i) {
      (*y)[i + 2] = wanted           ? (*wanted)[i + 2]
                    : c.has_input(2) ? Dim::unknown()
                                     : unpooled(w, i, (*x)[i + 2]);
    }
  }
  c.set_output(0, c.input_dtype(0), y);
}

/// Where flattened position `at` of shape `from` lies in shape `to`. -1 = outside.
std::int64_t moved(std::int64_t at, const Shape& from, const Shape& to) {
  const Shape strides = strides_of(to);
  std::int64_t out = 0;
  for (std::size_t i = from.size(); i-- > 0;) {
    const std::int64_t p = at % from[i];
    at /= from[i];
    if (p >= to[i]) return -1;
    out += p * strides[i];
  }
  return out;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& places = call.input(1);
  const ops::Window w = read(call, x.rank());
  ops::want_shape(call, places, x.shape(), "the indices");
  Shape own = {x.dim(0), x.dim(1)};
  for (std::size_t i = 0; i < w.rank(); ++i) {
    own.push_back(unpooled(w, i, Dim(x.dim(i + 2))).number());
    if (own.back() < 0) call.fail(cat("spatial dimension ", i, " would have size ", own.back()));
  }
  const Shape shape = call.has_input(2) ? call.input(2).to_ints() : own;
  if (shape.size() != own.size() || shape[0] != own[0] || shape[1] != own[1]) {
    call.fail(cat("output_shape is ", to_string(shape), " for x ", to_string(x.shape())));
  }
  ops::ElementCopier y(x.type(), shape);
  const std::vector<std::int64_t> at = places.to_ints();
  const std::int64_t count = element_count(own);
  for (std::size_t i = 0; i < at.size(); ++i) {
    if (at[i] < 0 || at[i] >= count)
      call.fail(cat("index ", at[i], " is outside ", to_string(own)));
    const std::int64_t to = moved(at[i], own, shape);
    if (to < 0) call.fail(cat("index ", at[i], " is outside ", to_string(shape)));
    y.put(to, x, static_cast<std::int64_t>(i));
  }
  call.set_output(0, y.take());
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 0); }

void gradient(GradientContext& g) {
  if (g.x(2) != nullptr) g.refuse("no gradient with output_shape");
  Value* picked = g.op("GatherElements", {g.flat(g.dy(0)), g.flat(g.x(1))});
  g.set_dx(0, g.reshape_like(picked, g.x(0)));
}

}  // namespace

/// Values back at the places that MaxPool took them from, zeros elsewhere. The indices count in the
/// size that follows from kernel, strides and pads, also where output_shape asks for another.
/// Shapes: x, indices [B, C, spatial'] -> y [B, C, spatial]. Source: ONNX MaxUnpool, version 22.
OpDefs op_max_unpool() {
  return OpDef("MaxUnpool", 22)
      .input("X", types::kFloat, "T1")
      .input("I", {ElementKind::i64}, "T2")
      .optional_input("output_shape", {ElementKind::i64}, "T2")
      .output("output", types::kFloat, "T1")
      .required_attribute("kernel_shape", AttributeKind::integers, "size of the window")
      .optional_attribute("pads", AttributeKind::integers, "before all dimensions, then after")
      .optional_attribute("strides", AttributeKind::integers, "steps of the window; 1")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
