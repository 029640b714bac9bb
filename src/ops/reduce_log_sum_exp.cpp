#include <cmath>
#include <limits>

#include "ops/_gradient.hpp"
#include "ops/_reduce.hpp"

namespace pare {
namespace {

/// log(sum(exp(x))) = m + log(sum(exp(x - m))) with m the greatest finite x: nothing overflows.
void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const ops::Reduction r = ops::reduction_of(call);
  const auto n = static_cast<std::size_t>(element_count(r.shape));
  const std::vector<double> in = x.to_doubles();
  constexpr double kLeast = std::numeric_limits<double>::lowest();
  std::vector<double> peak(n, kLeast);
  for (std::size_t i = 0; i < in.size(); ++i) {
    double& p = peak[static_cast<std::size_t>(r.into[i])];
    if (std::isfinite(in[i]) && in[i] > p) p = in[i];
  }
  std::vector<double> sum(n, 0);
  for (double& p : peak) p = p == kLeast ? 0 : p;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const auto at = static_cast<std::size_t>(r.into[i]);
    sum[at] += std::exp(in[i] - peak[at]);
  }
  for (std::size_t i = 0; i < n; ++i) sum[i] = peak[i] + std::log(sum[i]);
  if (x.type().is_integer()) {
    for (double& s : sum) s = std::trunc(s);
  }
  call.set_output(0, Tensor::of<double>(r.shape, sum).cast(x.type()));
}

void gradient(GradientContext& g) {
  ops::set_reduced_slope(g, g.exp(g.sub(g.x(0), ops::kept(g, g.y(0)))));
}

}  // namespace

/// Logarithm of the sum of exponentials over axes. Shapes: x any -> y without (or with 1 in) the
/// reduced dimensions. Source: ONNX ReduceLogSumExp, version 18.
OpDefs op_reduce_log_sum_exp() {
  return ops::reduce_def("ReduceLogSumExp", 18, reference).differentiable(gradient);
}

}  // namespace pare
