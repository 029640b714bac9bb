#include "ops/_reduce.hpp"

#include <algorithm>

namespace pare::ops {
namespace {

bool is_in(const std::vector<std::int64_t>& axes, std::size_t i) {
  return std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(i));
}

std::vector<std::int64_t> axes_or_all(const AttributeReader& a, std::vector<std::int64_t> axes,
                                      std::size_t rank) {
  if (axes.empty() && a.attr_int("noop_with_empty_axes") == 0) {
    for (std::size_t i = 0; i < rank; ++i) axes.push_back(static_cast<std::int64_t>(i));
  }
  return normal_axes(std::move(axes), rank);
}

}  // namespace

void reduce_infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const auto given = known_ints(c, 1);
  const bool keep = c.attr_int("keepdims") != 0;
  std::optional<SymShape> y;
  if (x != nullptr && given) {
    y = SymShape{};
    const auto axes = axes_or_all(c, *given, x->size());
    for (std::size_t i = 0; i < x->size(); ++i) {
      if (!is_in(axes, i)) {
        y->push_back((*x)[i]);
      } else if (keep) {
        y->emplace_back(1);
      }
    }
  } else if (x != nullptr && keep) {
    y = SymShape(x->size());
  }
  c.set_output(0, c.input_dtype(0), y);
}

void reduce_infer(ShapeContext& c, Dim (*fold)(const Dim&, const Dim&)) {
  reduce_infer(c);
  const auto x = c.input_elements(0);
  const SymShape* shape = c.input_shape(0);
  const auto given = known_ints(c, 1);
  if (!x || x->empty() || shape == nullptr || shape->size() > 1 || !given) return;
  if (shape->empty() || (given->empty() && c.attr_int("noop_with_empty_axes") != 0)) {
    c.set_output_elements(0, *x);
    return;
  }
  Dim all = x->front();
  for (std::size_t i = 1; i < x->size(); ++i) all = value_or_unknown(fold, all, (*x)[i]);
  c.set_output_elements(0, {all});
}

Reduction reduction_of(const OpCall& call) {
  const Tensor& x = call.input(0);
  const auto axes =
      axes_or_all(call, call.has_input(1) ? call.input(1).to_ints() : Shape{}, x.rank());
  return reduction_over(x.shape(), axes, call.attr_int("keepdims") != 0);
}

Reduction reduction_over(const Shape& x, const std::vector<std::int64_t>& axes, bool keep) {
  Reduction r;
  Shape kept = x;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (is_in(axes, i)) {
      kept[i] = 1;
      r.each *= x[i];
      if (keep) r.shape.push_back(1);
    } else {
      r.shape.push_back(x[i]);
    }
  }
  Shape strides = strides_of(kept);
  for (const std::int64_t a : axes) strides[static_cast<std::size_t>(a)] = 0;
  r.into.resize(static_cast<std::size_t>(element_count(x)));
  StridedWalk walk(x, strides);
  for (std::int64_t& i : r.into) {
    i = walk.offset();
    walk.next();
  }
  return r;
}

OpDef reduce_def(const char* name, int since, void (*reference)(OpCall&), TypeSet allowed) {
  return OpDef(name, since)
      .input("data", allowed)
      .optional_input("axes", {ElementKind::i64}, "tensor(int64)")
      .output("reduced", allowed)
      .attribute("keepdims", std::int64_t{1}, "1: reduced dimensions stay with size 1")
      .attribute("noop_with_empty_axes", std::int64_t{0}, "1: no axes = nothing is reduced")
      .define(reduce_infer, reference, one_flop);
}

Value* reduce_again(GradientContext& g, const char* name, Value* v) {
  return g.op(name, {v, g.x(1)},
              {{"keepdims", std::int64_t{1}},
               {"noop_with_empty_axes", g.attr_int("noop_with_empty_axes")}});
}

Value* kept(GradientContext& g, Value* v) {
  if (g.attr_int("keepdims") != 0) return v;
  const auto axes = g.constant_ints(1);
  if (axes && !axes->empty()) return g.unsqueeze(v, *axes);
  if (axes) return v;  // a scalar, or nothing is reduced
  return g.reshape(v, g.op("Shape", {reduce_again(g, "ReduceSum", g.x(0))}));
}

void set_reduced_slope(GradientContext& g, Value* slope) {
  g.set_dx(0, g.mul(kept(g, g.dy(0)), slope));
}

void reduce_ties_gradient(GradientContext& g) {
  Value* equal = g.cast_like(g.equal(g.x(0), kept(g, g.y(0))), g.x(0));
  Value* share = g.div(kept(g, g.dy(0)), reduce_again(g, "ReduceSum", equal));
  g.set_dx(0, g.mul(share, equal));
}

}  // namespace pare::ops
