#include <cmath>

#include "ops/_elementwise.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* a = c.input_shape(0);
  const SymShape* b = c.input_shape(1);
  if (a != nullptr && b != nullptr) {
    if (a->size() != b->size()) c.fail(cat("shapes ", to_string(*a), " and ", to_string(*b)));
    for (std::size_t i = 0; i < a->size(); ++i) {
      ops::want_equal(c, (*b)[i], (*a)[i], cat("size ", i, " of B"));
    }
  }
  c.set_output(0, c.input(0));
}

void reference(OpCall& call) {
  const Tensor& a = call.input(0);
  ops::want_shape(call, call.input(1), a.shape(), "B");
  const auto alpha = static_cast<double>(call.attr_float("alpha"));
  std::vector<double> y = a.to_doubles();
  const std::vector<double> b = call.input(1).to_doubles();
  for (std::size_t i = 0; i < y.size(); ++i) y[i] *= b[i] / (1 + std::exp(-alpha * y[i]));
  call.set_output(0, ops::from_doubles(y, a.shape(), a.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 5); }

}  // namespace

/// Y = A sigmoid(alpha A) B. Shapes: A any, B as A -> Y as A. Source: ONNX SwiGLU, version 28.
OpDefs op_swi_glu() {
  return OpDef("SwiGLU", 28)
      .input("A", types::kFloat)
      .input("B", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("alpha", 1.0F, "slope of the sigmoid")
      .define(infer, reference, cost);
}

}  // namespace pare
