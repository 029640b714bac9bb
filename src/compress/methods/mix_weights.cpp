#include <algorithm>
#include <cmath>

#include "base/decimal.hpp"
#include "compress/method.hpp"
#include "compress/mix.hpp"
#include "compress/weights/place.hpp"
#include "compress/weights/round_layer.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

struct Options {
  std::vector<std::string> formats = {"int8", "int6", "int4", "int3"};
  double bits = 5;
  std::string method = "gptq";
  std::int64_t group = 0;
  bool symmetric = true;
  std::int64_t iterations = 500;
  std::int64_t samples = 32;
  std::int64_t least_elements = 64;
  std::vector<std::string> keep_float;
};

OptionTable<Options> options() {
  OptionTable<Options> t;
  t.texts("formats", &Options::formats, "number formats to choose from, for each layer");
  t.real("bits", &Options::bits, "at most that many bits per weight, scales included")
      .between(1, 32);
  t.text("method", &Options::method, "how weights are rounded; see quantize_weights")
      .one_of(round_method_names());
  t.integer("group", &Options::group, "weights of a channel that share a scale; 0 = all")
      .between(0, 1e6);
  t.flag("symmetric", &Options::symmetric, "whole numbers: no zero points");
  t.integer("iterations", &Options::iterations, "adaround: steps of the optimizer").between(1, 1e6);
  t.integer("samples", &Options::samples, "calibration batches by which layers are judged")
      .between(1, 1e6);
  t.integer("least_elements", &Options::least_elements, "smaller weights stay float")
      .between(0, 1e9);
  t.texts("keep_float", &Options::keep_float, "names of layers that stay float");
  return t;
}

using Outputs = std::vector<std::vector<float>>;

Outputs outputs_of(const Graph& graph, const MethodContext& context, std::int64_t batches) {
  const auto session = Session::create(graph, context.ops, {});
  Outputs out;
  for (std::int64_t i = 0; i < batches; ++i) {
    for (const Tensor& t : session->run(context.calibration->get(i))) {
      if (t.type().is_float()) out.push_back(t.to_floats());
    }
  }
  return out;
}

/// Power of the difference over the power of the exact outputs.
double noise_of(const Outputs& exact, const Outputs& other) {
  double noise = 0;
  double signal = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    for (std::size_t k = 0; k < exact[i].size(); ++k) {
      const double d = static_cast<double>(exact[i][k]) - other[i][k];
      noise += d * d;
      signal += static_cast<double>(exact[i][k]) * exact[i][k];
    }
  }
  return signal > 0 ? noise / signal : 0;
}

Node* node_named(Graph& graph, const std::string& name) {
  const auto nodes = graph.nodes();
  return *std::find_if(nodes.begin(), nodes.end(),
                       [&](const Node* n) { return n->name() == name; });
}

struct Layer {
  std::string name;
  WeightMatrix w;
  std::vector<CodedWeights> coded;  ///< by format
  std::vector<double> error;        ///< relative, of the layer's outputs
};

class Mixer {
 public:
  Mixer(Graph& graph, const Options& o, MethodContext& context)
      : graph_(graph), o_(o), context_(context) {
    if (o.formats.empty()) throw Error(Fault::config, "formats: give at least one");
    for (const std::string& name : o.formats) formats_.push_back(weight_format(name));
    if (context.calibration == nullptr) {
      throw Error(Fault::usage, "this step needs calibration samples (--data or --calib)");
    }
    batches_ = std::min(o.samples, context.calibration->batches());
  }

  void run() {
    round_all();
    if (layers_.empty()) {
      context_.notes.emplace_back("mix_weights: no layer has weights to choose for");
      return;
    }
    const Outputs exact = outputs_of(graph_, context_, batches_);
    const std::vector<double> harm = harm_of_layers(exact);
    const MixResult mix = solve(harm);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const std::size_t f = mix.choice[l];
      place_weights(graph_, *node_named(graph_, layers_[l].name), layers_[l].coded[f], formats_[f]);
      Verdict verdict = accept();
      verdict.reason = cat(o_.formats[f], ", output SQNR of the layer ",
                           fixed(decibels(layers_[l].error[f]), 1), " dB");
      context_.events.push_back({"mix_weights", layers_[l].name, verdict.kind, verdict.reason});
    }
    graph_.sort();
    graph_.remove_unused();
    infer_shapes(graph_, context_.ops);
    const double measured = noise_of(exact, outputs_of(graph_, context_, batches_));
    report(mix, measured);
  }

 private:
  static double decibels(double error) { return error > 0 ? -10 * std::log10(error) : 300; }

  void round_all() {
    std::vector<std::string> names;
    for (const Node* node : graph_.nodes()) {
      auto w = weight_matrix(*node);
      const auto& keep = o_.keep_float;
      const bool kept = std::find(keep.begin(), keep.end(), node->name()) != keep.end();
      if (!w || kept || static_cast<std::int64_t>(w->values.size()) < o_.least_elements) continue;
      names.push_back(node->name());
      layers_.push_back({node->name(), std::move(*w), {}, {}});
    }
    const auto inputs =
        collect_layer_inputs(graph_, context_.ops, *context_.calibration, names, context_.progress);
    const RoundOptions how = {.method = o_.method,
                              .group = o_.group,
                              .symmetric = o_.symmetric,
                              .iterations = o_.iterations};
    std::vector<Layer> judged;
    for (Layer& layer : layers_) {
      const auto found = inputs.find(layer.name);
      if (found == inputs.end()) continue;
      for (const DType format : formats_) {
        std::vector<std::string> notes;
        layer.coded.push_back(round_layer(layer.w, how, format, &found->second, notes));
        layer.error.push_back(
            relative_output_error(layer.w, layer.coded.back().decoded(), found->second));
      }
      judged.push_back(std::move(layer));
      if (context_.progress) {
        context_.progress({"rounding", judged.back().name, static_cast<double>(judged.size()),
                           static_cast<double>(names.size()), -1});
      }
    }
    layers_ = std::move(judged);
  }

  /// For each layer: noise in the outputs of the model per noise in those of the layer, measured
  /// with the coarsest format in this layer alone.
  std::vector<double> harm_of_layers(const Outputs& exact) {
    std::vector<double> harm;
    for (const Layer& layer : layers_) {
      const auto worst = std::max_element(layer.error.begin(), layer.error.end());
      const auto f = static_cast<std::size_t>(worst - layer.error.begin());
      const auto copy = graph_.clone();
      place_weights(*copy, *node_named(*copy, layer.name), layer.coded[f], formats_[f]);
      copy->sort();
      infer_shapes(*copy, context_.ops);
      const double noise = noise_of(exact, outputs_of(*copy, context_, batches_));
      harm.push_back(*worst > 0 ? noise / *worst : 0);
      if (context_.progress) {
        context_.progress({"sensitivity", layer.name, static_cast<double>(harm.size()),
                           static_cast<double>(layers_.size()), -1});
      }
    }
    return harm;
  }

  MixResult solve(const std::vector<double>& harm) {
    std::vector<MixLayer> choices;
    double weights = 0;
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const Layer& layer = layers_[l];
      const auto count = static_cast<double>(layer.w.values.size());
      weights += count;
      MixLayer one;
      for (std::size_t f = 0; f < formats_.size(); ++f) {
        one.push_back(
            {harm[l] * layer.error[f], {placed_bits(layer.coded[f], formats_[f]) * count}});
      }
      choices.push_back(std::move(one));
    }
    try {
      MixResult mix = solve_mix(choices, {o_.bits * weights});
      mix.costs[0] /= weights;
      return mix;
    } catch (const Error& e) {
      throw Error(e.fault(), cat("bits ", o_.bits, " per weight: ", e.message(),
                                 " (bits in all, of ", weights, " weights)"));
    }
  }

  void report(const MixResult& mix, double measured) {
    std::map<std::string, std::size_t> count;
    for (const std::size_t f : mix.choice) ++count[o_.formats[f]];
    std::vector<std::string> parts;
    parts.reserve(count.size());
    for (const auto& [name, n] : count) parts.push_back(cat(n, " x ", name));
    context_.notes.push_back(cat("mix_weights: ", join(parts, ", "), "; ", fixed(mix.costs[0], 2),
                                 " bits per weight, scales included; output SQNR ",
                                 fixed(decibels(measured), 1), " dB measured, ",
                                 fixed(decibels(mix.error), 1), " dB expected from single layers"));
    if (mix.gap > 0) {
      context_.notes.push_back(cat("mix_weights: the choice may be ", mix.gap, " from the best"));
    }
    constexpr double kTwice = 2;
    if (measured > kTwice * mix.error) {
      context_.notes.emplace_back(
          "mix_weights: together the layers harm more than alone; measure "
          "before trusting the choice");
    }
  }

  Graph& graph_;
  const Options& o_;
  MethodContext& context_;
  std::vector<DType> formats_;
  std::int64_t batches_ = 0;
  std::vector<Layer> layers_;
};

void apply(Model& model, const Options& o, MethodContext& context) {
  infer_shapes(*model.graph, context.ops);
  Mixer(*model.graph, o, context).run();
}

}  // namespace

MethodDef method_mix_weights() {
  return make_method("mix_weights",
                     "choose the format of each layer's weights so that the outputs move least for "
                     "the bits allowed",
                     options(), apply)
      .needs(Needs::calibration)
      .rounding()
      .source("arXiv:2011.10680 (choice of bits as an integer program)");
}

}  // namespace pare
