#include "compress/activations.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

namespace pare {
namespace {

double greatest(const DtypeInfo& info) { return std::min(-info.min, info.max); }

bool needs_statistics(const ActivationScheme& scheme) {
  return scheme.scaling == Scaling::fixed && needs_scale(scheme.format);
}

/// Sum of n |x - round trip of x|^power over the bins, with values divided by `scale` in between.
double round_trip_error(const std::vector<float>& centres, const std::vector<double>& counts,
                        DType format, float scale, double power) {
  const DtypeInfo& info = format.info();
  std::vector<float> values(centres.size());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = centres[i] / scale;
  std::vector<std::byte> codes((values.size() + info.values - 1) / info.values * info.bytes);
  info.encode(values, codes);
  info.decode(codes, values);
  double error = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double d = static_cast<double>(centres[i]) - static_cast<double>(values[i]) * scale;
    error += counts[i] * (power == 2 ? d * d : std::pow(std::fabs(d), power));
  }
  return error;
}

float searched_scale(const Histogram& h, DType format, float widest, double power) {
  std::vector<float> centres;
  std::vector<double> counts;
  for (int i = 0; i < Histogram::kBins; ++i) {
    const std::int64_t n = h.bins()[static_cast<std::size_t>(i)];
    if (n == 0) continue;
    centres.push_back(static_cast<float>(h.centre(i)));
    counts.push_back(static_cast<double>(n));
  }
  constexpr int kSteps = 80;
  double best = std::numeric_limits<double>::infinity();
  float scale = widest;
  for (int i = 0; i < kSteps; ++i) {
    const float tried = widest * (1.0F - static_cast<float>(i) / 100.0F);
    const double error = round_trip_error(centres, counts, format, tried, power);
    if (error < best) {
      best = error;
      scale = tried;
    }
  }
  return scale;
}

bool is_layer(const Node& node) {
  if (!node.domain().empty()) return false;
  constexpr std::array<std::string_view, 4> kOps = {"Conv", "ConvTranspose", "Gemm", "MatMul"};
  if (std::find(kOps.begin(), kOps.end(), node.op()) == kOps.end()) return false;
  return constant_weights(node) != nullptr || is_coded_weight(node.input(1));
}

bool is_convolution(const Node& node) { return node.is("Conv") || node.is("ConvTranspose"); }

/// Its input and the dimension of the channels: 1 of images, the last of what products read.
ChannelKey channel_key(const Node& node) {
  const Value* x = node.input(0);
  const std::size_t rank = x->type().shape ? x->type().shape->size() : 2;
  return {x->name(), is_convolution(node) || rank < 2 ? 1 : rank - 1};
}

class Inserter {
 public:
  Inserter(Graph& graph, const ActivationTable* stats, const ActivationScheme& scheme,
           const ChannelTable* channels)
      : graph_(graph), stats_(stats), channels_(channels), scheme_(scheme) {}

  std::vector<LayerQuantization> run() {
    std::vector<LayerQuantization> rows;
    for (Node* node : graph_.nodes()) {
      if (!is_layer(*node)) continue;
      LayerQuantization row{node->name(), node->op(), false, {}, 0};
      row.reason = refusal(*node);
      row.quantized = row.reason.empty();
      if (row.quantized) node->set_input(0, rounded(*node));
      rows.push_back(std::move(row));
    }
    graph_.sort();
    return rows;
  }

 private:
  [[nodiscard]] std::string refusal(const Node& node) const {
    const Value* x = node.input(0);
    if (x == nullptr || x->dtype() != ElementKind::f32) return "its input is not float32";
    if (scheme_.keep_float.count(node.name()) > 0) return "kept in float by choice";
    if (!scheme_.only.empty() && scheme_.only.count(node.name()) == 0)
      return "not among the chosen";
    if (node.is("Gemm") && node.int_or("transA", 0) != 0 && is_by_rows()) {
      return "its rows lie across";
    }
    if (scheme_.scaling == Scaling::channel &&
        (channels_ == nullptr || channels_->count(channel_key(node)) == 0)) {
      return "calibration saw no channels there";
    }
    if (needs_statistics(scheme_) && (stats_ == nullptr || stats_->count(x->name()) == 0)) {
      return "calibration saw no float values there";
    }
    return {};
  }

  [[nodiscard]] bool is_by_rows() const {
    return scheme_.scaling == Scaling::token || scheme_.scaling == Scaling::channel ||
           scheme_.format.info().own_scale;
  }

  Value* rounded(const Node& node) {
    Value* x = node.input(0);
    const bool channels = is_by_rows() && is_convolution(node);
    Value*& made = made_[{x, channels}];
    if (is_onnx_activation(scheme_)) {
      if (made == nullptr) made = quantizer(node);
      return dequantizer(node, made);
    }
    if (made == nullptr) made = simulator(node, channels);
    return made;
  }

  Value* scale_of(const Node& node) {
    const Value* x = node.input(0);
    const bool by_channel = scheme_.scaling == Scaling::channel;
    Value*& scale = scales_[{x, by_channel ? channel_key(node).second : 0}];
    if (scale != nullptr) return scale;
    Tensor s = by_channel ? channel_scales(channels_->at(channel_key(node)))
                          : Tensor::scalar(choose_scale(stats_->at(x->name()), scheme_.format,
                                                        scheme_.calibration, scheme_.percentile));
    return scale = graph_.add_constant(std::move(s), x->name() + "_s");
  }

  [[nodiscard]] Tensor channel_scales(const ChannelStats& stats) const {
    const auto most = static_cast<float>(greatest(scheme_.format.info()));
    std::vector<float> scales;
    for (std::size_t c = 0; c < stats.least.size(); ++c) {
      const float amax = std::max(std::fabs(stats.least[c]), std::fabs(stats.greatest[c]));
      const float scale = amax / most;
      scales.push_back(scale >= std::numeric_limits<float>::min() ? scale : 1.0F);
    }
    return Tensor::of<float>({static_cast<std::int64_t>(scales.size())}, scales);
  }

  Value* zero(const Value* scale) {
    const Shape& shape = scale->constant().shape();
    Value*& zero = zeros_[shape];
    if (zero == nullptr) zero = graph_.add_constant(Tensor(scheme_.format, shape), "zp0");
    return zero;
  }

  /// QuantizeLinear or DequantizeLinear for the input of `node`.
  Value* converter(const Node& node, const char* op, Value* from, const char* suffix) {
    Value* scale = scale_of(node);
    NodeSpec spec{.op = op,
                  .inputs = {from, scale, zero(scale)},
                  .output_names = {graph_.unique_name(node.input(0)->name() + suffix)}};
    if (scheme_.scaling == Scaling::channel) {
      spec.attributes["axis"] = static_cast<std::int64_t>(channel_key(node).second);
    }
    return graph_.add_node(std::move(spec))->output();
  }

  Value* quantizer(const Node& node) {
    Value* x = node.input(0);
    Value* q = converter(node, "QuantizeLinear", scheme_.bounds_first ? bounded(node) : x, "_q");
    q->set_type(ValueType(scheme_.format, x->type().shape));
    return q;
  }

  Value* bounded(const Node& node) {
    Value* x = node.input(0);
    const Tensor& scale = scale_of(node)->constant();
    if (x->producer() == nullptr || scale.size() != 1) return x;
    const double most = scheme_.format.info().max * static_cast<double>(scale.to_floats()[0]);
    Value* bound =
        graph_.add_constant(Tensor::scalar(static_cast<float>(most)), x->name() + "_most");
    Value* y = graph_
                   .add_node({.op = "Min",
                              .inputs = {x, bound},
                              .output_names = {graph_.unique_name(x->name() + "_bounded")}})
                   ->output();
    y->set_type(x->type());
    return y;
  }

  // One for each reader: runtimes recognise a group by it.
  Value* dequantizer(const Node& node, Value* q) {
    Value* y = converter(node, "DequantizeLinear", q, "_dq");
    y->set_type(node.input(0)->type());
    return y;
  }

  Value* simulator(const Node& node, bool channels) {
    Value* x = node.input(0);
    NodeSpec spec{.op = "FakeQuantize",
                  .inputs = {x},
                  .attributes = {{"format", std::string(scheme_.format.name())}},
                  .domain = "pare",
                  .output_names = {graph_.unique_name(x->name() + "_rounded")}};
    const bool by_channel = scheme_.scaling == Scaling::channel;
    if (by_channel || needs_statistics(scheme_)) spec.inputs.push_back(scale_of(node));
    if (by_channel) spec.attributes["axis"] = static_cast<std::int64_t>(channel_key(node).second);
    if (scheme_.scaling == Scaling::tensor) spec.attributes["scaling"] = std::string("tensor");
    if (scheme_.scaling == Scaling::token) spec.attributes["scaling"] = std::string("token");
    if (channels) spec.attributes["block_axis"] = std::int64_t{1};
    Value* y = graph_.add_node(std::move(spec))->output();
    y->set_type(x->type());
    return y;
  }

  Graph& graph_;
  const ActivationTable* stats_;
  const ChannelTable* channels_;
  const ActivationScheme& scheme_;
  std::map<std::pair<const Value*, bool>, Value*> made_;
  std::map<std::pair<const Value*, std::size_t>, Value*> scales_;
  std::map<Shape, Value*> zeros_;
};

}  // namespace

bool needs_scale(DType format) {
  constexpr double kWide = 1e5;
  return !format.info().own_scale || format.info().max < kWide;
}

bool is_onnx_activation(const ActivationScheme& scheme) {
  const ElementKind kind = scheme.format.kind();
  const bool from_calibration =
      scheme.scaling == Scaling::fixed || scheme.scaling == Scaling::channel;
  if (!from_calibration || scheme.format.info().own_scale) return false;
  using enum ElementKind;
  constexpr std::array<ElementKind, 8> kTypes = {i8,       i16,        i4,     i2,
                                                 f8e4m3fn, f8e4m3fnuz, f8e5m2, f8e5m2fnuz};
  return std::find(kTypes.begin(), kTypes.end(), kind) != kTypes.end();
}

float choose_scale(const ActivationStats& stats, DType format, RangeMethod method,
                   double percentile) {
  const DtypeInfo& info = format.info();
  const double most = greatest(info);
  if (!(most > 0)) {
    throw Error(Fault::config, cat("the format ", info.name, " has no negative numbers"));
  }
  if (method == RangeMethod::entropy && !format.is_integer()) {
    throw Error(Fault::config, cat("entropy calibration counts equal steps, which ", info.name,
                                   " has not: use minmax, percentile or mse"));
  }
  const bool search = method == RangeMethod::mse || method == RangeMethod::norm;
  const int levels = most < 16384 ? 2 * static_cast<int>(most) + 1 : 32767;
  const Range range =
      choose_range(stats, search ? RangeMethod::minmax : method, levels, percentile);
  const double amax = std::max(std::fabs(range.lo), std::fabs(range.hi));
  const auto scale = static_cast<float>(amax / most);
  if (!(scale >= std::numeric_limits<float>::min())) return 1;
  const double power = method == RangeMethod::norm ? 2.4 : 2;
  return search ? searched_scale(stats.histogram, format, scale, power) : scale;
}

std::vector<LayerQuantization> quantize_inputs(Graph& graph, const ActivationTable* stats,
                                               const ActivationScheme& scheme,
                                               const ChannelTable* channels) {
  return Inserter(graph, stats, scheme, channels).run();
}

std::vector<ChannelKey> channels_of_inputs(const Graph& graph) {
  std::vector<ChannelKey> keys;
  for (const Node* node : graph.nodes()) {
    if (is_layer(*node) && node->input(0) != nullptr) keys.push_back(channel_key(*node));
  }
  return keys;
}

}  // namespace pare
