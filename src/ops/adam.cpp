#include <cmath>

#include "ops/_optimizer.hpp"

namespace pare {
namespace {

void step(const AttributeReader& a, ops::Optimized& o) {
  const auto real = [&](const char* name) { return static_cast<double>(a.attr_float(name)); };
  const double alpha = real("alpha");
  const double beta = real("beta");
  const double epsilon = real("epsilon");
  const double decay = real("norm_coefficient");
  const double shrink = 1 - real("norm_coefficient_post");
  const auto t = static_cast<double>(o.count);
  double rate = o.rate;
  if (o.count > 0) rate *= std::sqrt(1 - std::pow(beta, t)) / (1 - std::pow(alpha, t));
  for (std::size_t i = 0; i < o.x.size(); ++i) {
    double& v = o.states[0][i];
    double& h = o.states[1][i];
    const double g = decay * o.x[i] + o.gradient[i];
    v = alpha * v + (1 - alpha) * g;
    h = beta * h + (1 - beta) * g * g;
    o.x[i] = shrink * (o.x[i] - rate * v / (std::sqrt(h) + epsilon));
  }
}

void infer(ShapeContext& c) { ops::infer_optimized(c, 2); }
void reference(OpCall& call) { ops::optimize(call, 2, step); }

}  // namespace

/// One step of Adam: g = norm_coefficient x + G, v = alpha V + (1 - alpha) g,
/// h = beta H + (1 - beta) g^2, x_new = (1 - norm_coefficient_post) (x - r v / (sqrt(h) + epsilon))
/// with r = R sqrt(1 - beta^T) / (1 - alpha^T), or R when T = 0. Inputs R, T, all X, all G, all V,
/// all H; outputs all x_new, all v, all h. Source: ai.onnx.preview.training Adam, version 1.
OpDefs op_adam() {
  return ops::optimizer_def("Adam")
      .attribute("alpha", 0.9F, "share of the old mean gradient")
      .attribute("beta", 0.999F, "share of the old mean squared gradient")
      .attribute("epsilon", 0.0F, "added to the divisor")
      .attribute("norm_coefficient", 0.0F, "decay in the gradient")
      .attribute("norm_coefficient_post", 0.0F, "decay of the result")
      .define(infer, reference, ops::optimizer_cost);
}

}  // namespace pare
