#include "ops/_layout.hpp"
#include "ops/_pool.hpp"
#include "ops/_qlinear.hpp"

namespace pare {
namespace {

bool is_last(const AttributeReader& a) { return a.attr_int("channels_last") != 0; }

template <class Size>
std::vector<Size> pooled(const AttributeReader& a, const std::vector<Size>& x) {
  if (x.size() < 3) a.fail(cat("X has shape ", to_string(x), ", wanted at least rank 3"));
  std::vector<Size> y(x.size(), Size{1});
  y.front() = x.front();
  const std::size_t channels = is_last(a) ? x.size() - 1 : 1;
  y[channels] = x[channels];
  return y;
}

void infer(ShapeContext& c) {
  std::optional<SymShape> y;
  if (const SymShape* x = c.input_shape(0)) y = pooled(c, *x);
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& given = call.input(0);
  const Shape shape = pooled(call, given.shape());
  std::vector<double> x = ops::dequantized(call, 0);
  if (is_last(call)) x = ops::move_channels_first(x, given.shape());
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  if (!x.empty()) {
    const std::size_t inner = x.size() / y.size();
    for (std::size_t i = 0; i < x.size(); ++i) y[i / inner] += x[i];
    for (double& v : y) v /= static_cast<double>(inner);
  }
  call.set_output(0, ops::requantized(call, y, shape, 3, given.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_input(c, 2); }

}  // namespace

/// Y = quantize(mean of dequantize(X) over all spatial dimensions). Shapes: X [B, C, spatial] ->
/// Y [B, C, 1, ...], with channels_last X [B, spatial, C] -> Y [B, 1, ..., C].
/// Source: ONNX Runtime, ContribOperators.md, QLinearGlobalAveragePool.
OpDefs op_q_linear_global_average_pool() {
  return ops::qlinear_unary_def("QLinearGlobalAveragePool", reference)
      .attribute("channels_last", std::int64_t{0}, "1: the channels are the last dimension")
      .define(infer, reference, cost);
}

}  // namespace pare
