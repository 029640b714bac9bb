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

}  // namespace pare::ops
