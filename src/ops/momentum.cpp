#include "ops/_optimizer.hpp"

namespace pare {
namespace {

bool is_nesterov(const AttributeReader& a) {
  const std::string mode = a.attr_string("mode");
  if (mode != "nesterov" && mode != "standard") a.fail(cat("mode is '", mode, "'"));
  return mode == "nesterov";
}

void step(const AttributeReader& a, ops::Optimized& o) {
  const auto real = [&](const char* name) { return static_cast<double>(a.attr_float(name)); };
  const bool nesterov = is_nesterov(a);
  const double alpha = real("alpha");
  const double beta = o.count > 0 ? real("beta") : 1.0;
  const double decay = real("norm_coefficient");
  for (std::size_t i = 0; i < o.x.size(); ++i) {
    double& v = o.states[0][i];
    const double g = decay * o.x[i] + o.gradient[i];
    v = alpha * v + beta * g;
    o.x[i] -= o.rate * (nesterov ? g + alpha * v : v);
  }
}

void infer(ShapeContext& c) {
  (void)is_nesterov(c);
  ops::infer_optimized(c, 1);
}
void reference(OpCall& call) { ops::optimize(call, 1, step); }

}  // namespace

/// One step of gradient descent with momentum: g = norm_coefficient x + G, v = alpha V + beta g
/// (beta = 1 when T = 0), x_new = x - R v, or with mode nesterov x - R (g + alpha v). Inputs R, T,
/// all X, all G, all V; outputs all x_new, all v. Source: ai.onnx.preview.training Momentum,
/// version 1.
OpDefs op_momentum() {
  return ops::optimizer_def("Momentum")
      .required_attribute("alpha", AttributeKind::real, "share of the old momentum")
      .required_attribute("beta", AttributeKind::real, "share of the gradient")
      .required_attribute("mode", AttributeKind::text, "standard or nesterov")
      .required_attribute("norm_coefficient", AttributeKind::real, "decay in the gradient")
      .define(infer, reference, ops::optimizer_cost);
}

}  // namespace pare
