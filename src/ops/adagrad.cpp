#include <cmath>

#include "ops/_optimizer.hpp"

namespace pare {
namespace {

void step(const AttributeReader& a, ops::Optimized& o) {
  const auto real = [&](const char* name) { return static_cast<double>(a.attr_float(name)); };
  const double epsilon = real("epsilon");
  const double decay = real("norm_coefficient");
  const double rate = o.rate / (1 + static_cast<double>(o.count) * real("decay_factor"));
  for (std::size_t i = 0; i < o.x.size(); ++i) {
    double& h = o.states[0][i];
    const double g = decay * o.x[i] + o.gradient[i];
    h += g * g;
    o.x[i] -= rate * g / (std::sqrt(h) + epsilon);
  }
}

void infer(ShapeContext& c) { ops::infer_optimized(c, 1); }
void reference(OpCall& call) { ops::optimize(call, 1, step); }

}  // namespace

/// One step of AdaGrad: g = norm_coefficient x + G, h = H + g^2,
/// x_new = x - R / (1 + T decay_factor) g / (sqrt(h) + epsilon). Inputs R, T, all X, all G, all H;
/// outputs all x_new, all h. Source: ai.onnx.preview.training Adagrad, version 1.
OpDefs op_adagrad() {
  return ops::optimizer_def("Adagrad")
      .attribute("decay_factor", 0.0F, "how fast the rate falls")
      .attribute("epsilon", 0.0F, "added to the divisor")
      .attribute("norm_coefficient", 0.0F, "decay in the gradient")
      .define(infer, reference, ops::optimizer_cost);
}

}  // namespace pare
