#include "compress/layer_mix.hpp"

#include <algorithm>

#include "compress/layer_choice.hpp"
#include "compress/layer_inputs.hpp"
#include "compress/projected_gradients.hpp"
#include "compress/static_int8.hpp"
#include "compress/weights/place.hpp"
#include "ir/infer.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

constexpr double kFloatBits = 32;

bool is_float32(DType format) { return format.kind() == ElementKind::f32; }

std::map<std::string, Node*> nodes_by_name(const Graph& graph) {
  std::map<std::string, Node*> found;
  for (Node* node : graph.nodes()) found[node->name()] = node;
  return found;
}

/// Power of the difference over the power of the exact outputs.
double noise_between(const std::vector<std::vector<Tensor>>& exact,
                     const std::vector<std::vector<Tensor>>& other) {
  double noise = 0;
  double signal = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    for (std::size_t k = 0; k < exact[i].size(); ++k) {
      if (!exact[i][k].type().is_float()) continue;
      const std::vector<float> a = exact[i][k].to_floats();
      const std::vector<float> b = other[i].at(k).to_floats();
      for (std::size_t j = 0; j < a.size(); ++j) {
        const double d = static_cast<double>(a[j]) - b.at(j);
        noise += d * d;
        signal += static_cast<double>(a[j]) * a[j];
      }
    }
  }
  return signal > 0 ? noise / signal : 0;
}

double power_of(const std::vector<std::vector<Tensor>>& outputs) {
  double sum = 0;
  for (const auto& batch : outputs) {
    for (const Tensor& t : batch) {
      if (!t.type().is_float()) continue;
      for (const float x : t.to_floats()) sum += static_cast<double>(x) * x;
    }
  }
  return sum;
}

}  // namespace

LayerMix::LayerMix(const Graph& graph, std::vector<std::string> formats, std::int64_t batches,
                   MethodContext& context)
    : graph_(graph), names_(std::move(formats)), context_(context), batches_(batches) {
  if (names_.empty()) throw Error(Fault::config, "formats: give at least one");
  for (const std::string& name : names_) formats_.push_back(weight_format(name));
  if (context.calibration == nullptr) {
    throw Error(Fault::usage, "this step needs calibration samples (--data or --calib)");
  }
  batches_ = std::min(batches, context.calibration->batches());
}

void LayerMix::tell(const char* stage, const std::string& detail, std::size_t done,
                    std::size_t total) const {
  if (!context_.progress) return;
  context_.progress({stage, detail, static_cast<double>(done), static_cast<double>(total), -1});
}

LayerMix::Outputs LayerMix::outputs_of(const Graph& graph) const {
  const auto session = Session::create(graph, context_.ops, {});
  Outputs out;
  for (std::int64_t i = 0; i < batches_; ++i) {
    out.push_back(session->run(context_.calibration->get(i)));
  }
  return out;
}

void LayerMix::round(const RoundOptions& how, std::int64_t least_elements,
                     const std::vector<std::string>& keep_float) {
  check_names(graph_, {.keep_float = keep_float, .only = {}});
  std::vector<std::string> names;
  std::vector<MixedLayer> layers;
  for (const Node* node : graph_.nodes()) {
    auto w = weight_matrix(*node);
    const bool kept =
        std::find(keep_float.begin(), keep_float.end(), node->name()) != keep_float.end();
    if (!w || kept || static_cast<std::int64_t>(w->values.size()) < least_elements) continue;
    names.push_back(node->name());
    layers.push_back({node->name(), std::move(*w), {}, {}, {}});
  }
  const auto inputs =
      collect_layer_inputs(graph_, context_.ops, *context_.calibration, names, context_.progress);
  for (MixedLayer& layer : layers) {
    const auto found = inputs.find(layer.name);
    if (found == inputs.end()) continue;
    for (const DType format : formats_) {
      if (is_float32(format)) {
        layer.coded.emplace_back();
        layer.error.push_back(0);
        layer.bits.push_back(kFloatBits);
        continue;
      }
      std::vector<std::string> notes;
      layer.coded.push_back(round_layer(layer.w, how, format, &found->second, notes));
      layer.error.push_back(
          relative_output_error(layer.w, layer.coded.back().decoded(), found->second));
      layer.bits.push_back(placed_bits(layer.coded.back(), format));
    }
    layers_.push_back(std::move(layer));
    tell("rounding", layers_.back().name, layers_.size(), names.size());
  }
  if (!layers_.empty()) exact_ = outputs_of(graph_);
}

double LayerMix::weights() const noexcept {
  double sum = 0;
  for (const MixedLayer& layer : layers_) sum += static_cast<double>(layer.w.values.size());
  return sum;
}

std::unique_ptr<Graph> LayerMix::placed(const FormatChoice& choice) const {
  auto copy = graph_.clone();
  const auto nodes = nodes_by_name(*copy);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const DType format = formats_.at(choice.at(l));
    if (is_float32(format)) continue;
    place_weights(*copy, *nodes.at(layers_[l].name), layers_[l].coded[choice[l]], format);
  }
  copy->sort();
  copy->remove_unused();
  infer_shapes(*copy, context_.ops);
  return copy;
}

double LayerMix::noise(const FormatChoice& choice) const {
  return noise_between(exact_, outputs_of(*placed(choice)));
}

FormatTable LayerMix::noise_by_measuring() const {
  FormatTable table;
  for (const MixedLayer& layer : layers_) {
    const auto worst = std::max_element(layer.error.begin(), layer.error.end());
    const auto f = static_cast<std::size_t>(worst - layer.error.begin());
    double noise = 0;
    if (*worst > 0) {
      const auto copy = graph_.clone();
      place_weights(*copy, *nodes_by_name(*copy).at(layer.name), layer.coded[f], formats_[f]);
      copy->sort();
      infer_shapes(*copy, context_.ops);
      noise = noise_between(exact_, outputs_of(*copy)) / *worst;
    }
    std::vector<double> row;
    row.reserve(layer.error.size());
    for (const double error : layer.error) row.push_back(noise * error);
    table.push_back(std::move(row));
    tell("sensitivity", layer.name, table.size(), layers_.size());
  }
  return table;
}

FormatTable LayerMix::noise_by_gradient() const {
  const auto copy = graph_.clone();
  const auto nodes = nodes_by_name(*copy);
  std::vector<Value*> wrt;
  wrt.reserve(layers_.size());
  for (const MixedLayer& layer : layers_) wrt.push_back(nodes.at(layer.name)->input(1));
  make_projected_gradients(*copy, context_.ops, wrt);
  const auto originals = nodes_by_name(graph_);
  const auto session = Session::create(*copy, context_.ops, {});

  FormatTable table(layers_.size(), std::vector<double>(formats_.size(), 0));
  for (std::int64_t i = 0; i < batches_; ++i) {
    std::vector<Tensor> inputs = context_.calibration->get(i);
    Rng rng(context_.seed, static_cast<std::uint64_t>(i));
    for (const Tensor& y : exact_.at(static_cast<std::size_t>(i))) {
      if (y.type().is_float()) inputs.push_back(random_signs(y.shape(), rng));
    }
    const std::vector<Tensor> slopes = session->run(inputs);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const MixedLayer& layer = layers_[l];
      const WeightMatrix slope = as_matrix(*originals.at(layer.name), slopes[l]);
      for (std::size_t f = 0; f < formats_.size(); ++f) {
        if (is_float32(formats_[f])) continue;
        const WeightMatrix rounded = layer.coded[f].decoded();
        double moved = 0;
        for (std::size_t k = 0; k < rounded.values.size(); ++k) {
          const double d = static_cast<double>(rounded.values[k]) - layer.w.values[k];
          moved += d * slope.values[k];
        }
        table[l][f] += moved * moved;
      }
    }
    tell("sensitivity", "gradients", static_cast<std::size_t>(i) + 1,
         static_cast<std::size_t>(batches_));
  }
  const double signal = power_of(exact_);
  for (auto& row : table) {
    for (double& x : row) x = signal > 0 ? x / signal : 0;
  }
  return table;
}

FormatTable LayerMix::times(double& rest) const {
  constexpr int kRuns = 20;
  FormatTable table(layers_.size(), std::vector<double>(formats_.size(), 0));
  rest = 0;
  const std::vector<Tensor> inputs = context_.calibration->get(0);
  for (std::size_t f = 0; f < formats_.size(); ++f) {
    const auto graph = placed(FormatChoice(layers_.size(), f));
    std::map<std::string, std::size_t> layer_of;
    const auto nodes = nodes_by_name(*graph);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      layer_of[nodes.at(layers_[l].name)->label()] = l;
    }
    const auto session = Session::create(*graph, context_.ops, {});
    session->run(inputs);
    session->set_profiling(true);
    for (int i = 0; i < kRuns; ++i) session->run(inputs);
    double others = 0;
    for (const StepInfo& step : session->steps()) {
      const auto found = layer_of.find(step.node);
      (found == layer_of.end() ? others : table[found->second][f]) += step.mean_ms;
    }
    rest += others / static_cast<double>(formats_.size());
    tell("timing", names_[f], f + 1, formats_.size());
  }
  return table;
}

}  // namespace pare
