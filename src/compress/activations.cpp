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

class Inserter {
 public:
  Inserter(Graph& graph, const ActivationTable* stats, const ActivationScheme& scheme)
      : graph_(graph), stats_(stats), scheme_(scheme) {}

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
    if (needs_statistics(scheme_) && (stats_ == nullptr || stats_->count(x->name()) == 0)) {
      return "calibration saw no float values there";
    }
    return {};
  }

  [[nodiscard]] bool is_by_rows() const {
    return scheme_.scaling == Scaling::token || scheme_.format.info().own_scale;
  }

  Value* rounded(const Node& node) {
    Value* x = node.input(0);
    const bool channels = is_by_rows() && is_convolution(node);
    Value*& made = made_[{x, channels}];
    if (is_onnx_activation(scheme_)) {
      if (made == nullptr) made = quantizer(x);
      return dequantizer(x, made);
    }
    if (made == nullptr) made = simulator(x, channels);
    return made;
  }

  Value* scale_of(const Value* x) {
    Value*& scale = scales_[x];
    if (scale == nullptr) {
      const float s = choose_scale(stats_->at(x->name()), scheme_.format, scheme_.calibration,
                                   scheme_.percentile);
      scale = graph_.add_constant(Tensor::scalar<float>(s), x->name() + "_s");
    }
    return scale;
  }

  Value* zero() {
    if (zero_ == nullptr) zero_ = graph_.add_constant(Tensor(scheme_.format, Shape{}), "zp0");
    return zero_;
  }

  Value* quantizer(Value* x) {
    Value* q = graph_
                   .add_node({.op = "QuantizeLinear",
                              .inputs = {x, scale_of(x), zero()},
                              .output_names = {graph_.unique_name(x->name() + "_q")}})
                   ->output();
    q->set_type(ValueType(scheme_.format, x->type().shape));
    return q;
  }

  // One for each reader: runtimes recognise a group by it.
  Value* dequantizer(Value* x, Value* q) {
    Value* y = graph_
                   .add_node({.op = "DequantizeLinear",
                              .inputs = {q, scale_of(x), zero()},
                              .output_names = {graph_.unique_name(x->name() + "_dq")}})
                   ->output();
    y->set_type(x->type());
    return y;
  }

  Value* simulator(Value* x, bool channels) {
    NodeSpec spec{.op = "FakeQuantize",
                  .inputs = {x},
                  .attributes = {{"format", std::string(scheme_.format.name())}},
                  .domain = "pare",
                  .output_names = {graph_.unique_name(x->name() + "_rounded")}};
    if (needs_statistics(scheme_)) spec.inputs.push_back(scale_of(x));
    if (scheme_.scaling != Scaling::fixed) {
      spec.attributes["scaling"] =
          std::string(scheme_.scaling == Scaling::tensor ? "tensor" : "token");
    }
    if (channels) spec.attributes["block_axis"] = std::int64_t{1};
    Value* y = graph_.add_node(std::move(spec))->output();
    y->set_type(x->type());
    return y;
  }

  Graph& graph_;
  const ActivationTable* stats_;
  const ActivationScheme& scheme_;
  std::map<std::pair<const Value*, bool>, Value*> made_;
  std::map<const Value*, Value*> scales_;
  Value* zero_ = nullptr;
};

}  // namespace

bool needs_scale(DType format) {
  constexpr double kWide = 1e5;
  return !format.info().own_scale || format.info().max < kWide;
}

bool is_onnx_activation(const ActivationScheme& scheme) {
  const ElementKind kind = scheme.format.kind();
  if (scheme.scaling != Scaling::fixed || scheme.format.info().own_scale) return false;
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
                                               const ActivationScheme& scheme) {
  return Inserter(graph, stats, scheme).run();
}

}  // namespace pare
