#pragma once

#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare::ops {

/// Output as input 0; checks that input 1 [N], when given, fits the last dimension [.., N].
void biased_infer(ShapeContext& c);

/// y = F(x + bias) with an optional bias [N] for x [.., N].
template <double (*F)(double)>
void biased_reference(OpCall& call) {
  const Tensor& x = call.input(0);
  std::vector<double> v = x.to_doubles();
  if (call.has_input(1)) {
    if (x.rank() == 0) call.fail("a bias for a scalar");
    want_shape(call, call.input(1), {x.shape().back()}, "the bias");
    const std::vector<double> bias = call.input(1).to_doubles();
    for (std::size_t i = 0; i < v.size(); ++i) v[i] += bias[i % bias.size()];
  }
  for (double& e : v) e = F(e);
  call.set_output(0, from_doubles(v, x.shape(), x.type()));
}

/// Of F(x + bias), from the slope of F.
void biased_gradient(GradientContext& g, Value* (*slope)(GraphBuilder&, Value*));

}  // namespace pare::ops
