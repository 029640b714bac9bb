#include "compress/affine.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/threads.hpp"

namespace pare {
namespace {

struct ChannelView {
  std::int64_t outer, channels, inner;
};

ChannelView channel_view(const Shape& shape, const WeightOptions& options) {
  if (!options.per_channel) return {1, 1, element_count(shape)};
  ChannelView v{1, shape.at(static_cast<std::size_t>(options.axis)), 1};
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (static_cast<std::int64_t>(i) < options.axis) v.outer *= shape[i];
    if (static_cast<std::int64_t>(i) > options.axis) v.inner *= shape[i];
  }
  return v;
}

template <class Fn>
void for_channel(const ChannelView& v, std::int64_t c, Fn&& fn) {
  for (std::int64_t o = 0; o < v.outer; ++o) {
    const std::int64_t begin = (o * v.channels + c) * v.inner;
    for (std::int64_t i = 0; i < v.inner; ++i) fn(static_cast<std::size_t>(begin + i));
  }
}

float searched_scale(std::span<const float> w, const ChannelView& v, std::int64_t c, float scale,
                     int qmax) {
  // Shrinking the range clips few large weights and rounds all others finer.
  constexpr int kSteps = 40;
  double best = INFINITY;
  float chosen = scale;
  for (int i = 0; i < kSteps; ++i) {
    const float s = scale * (1.0F - 0.01F * static_cast<float>(i));
    double error = 0;
    for_channel(v, c, [&](std::size_t k) {
      const float q =
          std::clamp(std::nearbyint(w[k] / s), static_cast<float>(-qmax), static_cast<float>(qmax));
      const double d = static_cast<double>(w[k]) - static_cast<double>(q) * s;
      error += d * d;
    });
    if (error < best) {
      best = error;
      chosen = s;
    }
  }
  return chosen;
}

}  // namespace

AffineParams affine_params(Range range, bool symmetric) {
  range.lo = std::min(range.lo, 0.0F);
  range.hi = std::max(range.hi, 0.0F);
  AffineParams p;
  p.type = symmetric ? ElementKind::i8 : ElementKind::u8;
  const float extent =
      symmetric ? std::max(-range.lo, range.hi) / 127.0F : (range.hi - range.lo) / 255.0F;
  if (!(extent >= std::numeric_limits<float>::min()) || !std::isfinite(extent)) return p;
  p.scale = extent;
  if (!symmetric) {
    p.zero_point =
        static_cast<std::int32_t>(std::clamp(std::nearbyint(-range.lo / p.scale), 0.0F, 255.0F));
  }
  return p;
}

QuantizedWeights quantize_weights(const Tensor& weights, const WeightOptions& options) {
  const std::vector<float> values = weights.to_floats();
  const std::span<const float> w(values);
  const ChannelView v = channel_view(weights.shape(), options);
  QuantizedWeights out;
  out.axis = options.axis;
  out.codes = Tensor(ElementKind::i8, weights.shape());
  out.scales.resize(static_cast<std::size_t>(v.channels));
  const auto codes = out.codes.mutable_data<std::int8_t>();
  std::vector<double> signal(out.scales.size(), 0.0);
  std::vector<double> noise(out.scales.size(), 0.0);
  parallel_for(v.channels, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = begin; c < end; ++c) {
      const auto at = static_cast<std::size_t>(c);
      float amax = 0;
      for_channel(v, c, [&](std::size_t k) {
        if (!std::isfinite(w[k])) throw Error(Fault::corrupt, "a weight is not finite");
        amax = std::max(amax, std::fabs(w[k]));
      });
      float scale = amax / static_cast<float>(options.qmax);
      if (!(scale >= std::numeric_limits<float>::min())) scale = 1.0F;
      if (options.clip_search) scale = searched_scale(w, v, c, scale, options.qmax);
      if (!options.least_scales.empty()) scale = std::max(scale, options.least_scales[at]);
      out.scales[at] = scale;
      for_channel(v, c, [&](std::size_t k) {
        const float q = std::clamp(std::nearbyint(w[k] / scale), static_cast<float>(-options.qmax),
                                   static_cast<float>(options.qmax));
        codes[k] = static_cast<std::int8_t>(q);
        const double d = static_cast<double>(w[k]) - static_cast<double>(q) * scale;
        signal[at] += static_cast<double>(w[k]) * w[k];
        noise[at] += d * d;
      });
    }
  });
  double s = 0;
  double n = 0;
  for (std::size_t i = 0; i < signal.size(); ++i) {
    s += signal[i];
    n += noise[i];
  }
  out.sqnr_db = n > 0 ? 10.0 * std::log10(s / n) : std::numeric_limits<double>::infinity();
  return out;
}

std::int64_t weight_channel_axis(const Node& node) {
  if (node.is("Conv")) return 0;
  if (node.is("ConvTranspose")) return 1;
  if (node.is("Gemm")) return node.int_or("transB", 0) != 0 ? 0 : 1;
  if (node.is("MatMul") && node.input(1) != nullptr && node.input(1)->known_shape()) {
    return static_cast<std::int64_t>(node.input(1)->known_shape()->size()) - 1;
  }
  return -1;
}

bool is_coded_weight(const Value* value) {
  const Node* node = value != nullptr ? value->producer() : nullptr;
  if (node == nullptr) return false;
  const auto are_constant = [](const Node& n, std::size_t first) {
    return std::all_of(n.inputs().begin() + static_cast<std::ptrdiff_t>(first), n.inputs().end(),
                       [](const Value* v) { return v == nullptr || v->is_constant(); });
  };
  if (node->is("Reshape") || node->is("Add")) {
    return are_constant(*node, 1) && is_coded_weight(node->input(0));
  }
  if (!node->is("DequantizeLinear") && !node->is("pare", "DequantizeTable")) return false;
  // Scales may be stored in few bits, too: NVFP4 and MX blocks.
  return std::all_of(node->inputs().begin(), node->inputs().end(), [&](const Value* v) {
    if (v == nullptr || v->is_constant()) return true;
    const Node* by = v == node->input(0) ? nullptr : v->producer();
    return by != nullptr && (by->is("DequantizeLinear") || by->is("Cast")) && are_constant(*by, 0);
  });
}

const Tensor* constant_weights(const Node& node) {
  if (!node.is("Conv") && !node.is("ConvTranspose") && !node.is("Gemm") && !node.is("MatMul")) {
    return nullptr;
  }
  const Value* w = node.input(1);
  if (w == nullptr || !w->is_constant() || w->dtype() != ElementKind::f32) return nullptr;
  return w->constant().rank() >= 2 ? &w->constant() : nullptr;
}

Value* add_weight_dequantizer(Graph& graph, const QuantizedWeights& w, const std::string& name,
                              Node* before) {
  const bool per_tensor = w.scales.size() == 1;
  const Shape shape = per_tensor ? Shape{} : Shape{static_cast<std::int64_t>(w.scales.size())};
  Value* codes = graph.add_constant(w.codes, name + "_q");
  Value* scale = graph.add_constant(Tensor::of<float>(shape, w.scales), name + "_s");
  std::vector<Value*> inputs = {codes, scale};
  // Zero is the default, and runtimes ask to see it only for matrix products.
  if (before == nullptr || !before->is("Conv")) {
    inputs.push_back(graph.add_constant(Tensor(ElementKind::i8, shape), name + "_zero_point"));
  }
  Attributes attributes;
  if (!per_tensor) attributes["axis"] = w.axis;
  Node* dq = graph.add_node({.op = "DequantizeLinear",
                             .inputs = std::move(inputs),
                             .attributes = std::move(attributes),
                             .output_names = {graph.unique_name(name + "_dq")}},
                            before);
  dq->output()->set_type(ValueType(dtype_of(ElementKind::f32), to_symbolic(w.codes.shape())));
  return dq->output();
}

}  // namespace pare
