#include "ops/_pool.hpp"

#include <cmath>

namespace pare::ops {

void pool_infer(ShapeContext& c) {
  std::optional<SymShape> y;
  if (const SymShape* x = c.input_shape(0)) {
    if (x->size() < 3) c.fail(cat("x has shape ", to_string(*x), ", wanted at least rank 3"));
    y = window_shape(c, read_window(c, x->size() - 2), *x, (*x)[1]);
  }
  c.set_output(0, c.input_dtype(0), y);
  c.set_output(1, dtype_of(ElementKind::i64), y);
}

WindowWalk plan_pool(const AttributeReader& a, const Shape& x) {
  if (x.size() < 3) a.fail(cat("x has shape ", to_string(x), ", wanted at least rank 3"));
  const Shape spatial(x.begin() + 2, x.end());
  return {a, read_window(a, spatial.size()), spatial};
}

Shape pool_shape(const Shape& x, const WindowWalk& walk) {
  Shape y = {x[0], x[1]};
  y.insert(y.end(), walk.out().begin(), walk.out().end());
  return y;
}

OpDef& pool_attributes(OpDef& def) {
  def.required_attribute("kernel_shape", AttributeKind::integers, "size of the window")
      .attribute("ceil_mode", std::int64_t{0}, "the last window may reach over the end");
  return window_attributes(def);
}

Cost pool_cost(const ShapeContext& c) {
  double taps = 1;
  for (const std::int64_t k : c.attr_ints("kernel_shape")) taps *= static_cast<double>(k);
  return per_output(c, taps);
}

void global_pool_infer(ShapeContext& c) {
  std::optional<SymShape> y;
  if (const SymShape* x = c.input_shape(0)) {
    if (x->size() < 2) c.fail(cat("x has shape ", to_string(*x), ", wanted at least rank 2"));
    y.emplace(x->size(), Dim(1));
    (*y)[0] = (*x)[0];
    (*y)[1] = (*x)[1];
  }
  c.set_output(0, c.input_dtype(0), y);
}

Shape global_pool_shape(const AttributeReader& a, const Shape& x) {
  if (x.size() < 2) a.fail(cat("x has shape ", to_string(x), ", wanted at least rank 2"));
  Shape y(x.size(), 1);
  y[0] = x[0];
  y[1] = x[1];
  return y;
}

std::int64_t greatest_tap(const double* in, const std::vector<Tap>& taps) {
  std::int64_t best = -1;
  for (const Tap& t : taps) {
    if (best < 0 || in[t.in] > in[best] || (std::isnan(in[t.in]) && !std::isnan(in[best]))) {
      best = t.in;
    }
  }
  return best;
}

}  // namespace pare::ops
