#include "ops/_biased.hpp"

namespace pare::ops {

void biased_infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const SymShape* bias = c.has_input(1) ? c.input_shape(1) : nullptr;
  if (x != nullptr && bias != nullptr) {
    if (x->empty() || bias->size() != 1) {
      c.fail(cat("x has shape ", to_string(*x), ", the bias ", to_string(*bias)));
    }
    want_equal(c, bias->back(), x->back(), "the size of the bias");
  }
  c.set_output(0, c.input(0));
}

void biased_gradient(GradientContext& g, Value* (*slope)(GraphBuilder&, Value*)) {
  Value* sum = g.x(1) != nullptr ? g.add(g.x(0), g.x(1)) : g.x(0);
  Value* dx = g.mul(g.dy(0), slope(g, sum));
  g.set_dx(0, dx);
  if (g.wants(1)) g.set_dx(1, g.sum_to(dx, g.x(1)));
}

}  // namespace pare::ops
