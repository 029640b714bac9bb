#include <algorithm>
#include <cmath>

#include "base/decimal.hpp"
#include "compress/layer_choice.hpp"
#include "compress/layer_inputs.hpp"
#include "compress/method.hpp"
#include "compress/weights/block_weights.hpp"
#include "compress/weights/place.hpp"
#include "compress/weights/round_layer.hpp"

namespace pare {
namespace {

struct Options {
  std::string format = "int4";
  std::string method = "mse";
  std::int64_t group = 0;
  bool per_tensor = false;
  bool symmetric = true;
  std::string extreme = "half_step";
  double power = 2;
  bool act_order = true;
  bool static_groups = false;
  double damping = 0.01;
  std::int64_t iterations = 1000;
  bool sequential = false;
  std::int64_t least_elements = 64;
  std::vector<std::string> keep_float;
  std::vector<std::string> only;
  bool keep_ends = false;
  bool narrow_types = false;
};

OptionTable<Options> options() {
  OptionTable<Options> t;
  t.text(
      "format", &Options::format,
      "number format of at most 8 bits, as `pare formats` lists them; those of GGUF are simulated");
  t.text(
       "method", &Options::method,
       "how weights are rounded: to nearest (rtn), with the best scales for the weights (mse), for "
       "the power of their inputs (imatrix) or for the outputs (clip); gptq, adaround: for the "
       "least change of the outputs; hqq: zero points between the levels")
      .one_of(round_method_names());
  t.integer("group", &Options::group, "weights of a channel that share a scale; 0 = all")
      .between(0, 1e6);
  t.flag("per_tensor", &Options::per_tensor, "one scale for all weights of a layer");
  t.flag("symmetric", &Options::symmetric,
         "whole numbers: no zero points (unsigned formats always have them)");
  t.text("extreme", &Options::extreme,
         "symmetric: what the greatest |w| becomes: half_step (beyond the last level), restricted "
         "(the last level of both signs), signed_level (the outermost level: negative scales)")
      .one_of(extreme_names());
  t.real("power", &Options::power, "of the errors that a search of scales sums up").between(0.1, 8);
  t.flag("act_order", &Options::act_order, "gptq: columns with the largest inputs first");
  t.flag("static_groups", &Options::static_groups,
         "gptq without act_order: scales of groups from the weights as they were");
  t.real("damping", &Options::damping,
         "gptq: share of the mean of the diagonal that is added to it")
      .between(0, 1);
  t.integer("iterations", &Options::iterations, "adaround: steps of the optimizer").between(1, 1e6);
  t.flag("sequential", &Options::sequential,
         "gptq, adaround: inputs of each layer from the layers before it as they are rounded");
  t.integer("least_elements", &Options::least_elements, "smaller weights stay float")
      .between(0, 1e9);
  t.texts("keep_float", &Options::keep_float, "names of layers that stay float");
  t.texts("only", &Options::only, "if given, only these layers");
  t.flag("keep_ends", &Options::keep_ends, "the first and the last layer stay float");
  t.flag(
      "narrow_types", &Options::narrow_types,
      "4-bit floats as FLOAT4E2M1 and the scales of MX blocks as FLOAT8E8M0 (operator sets 23 and "
      "24: TensorRT), not as tables and bfloat16, which every runtime reads");
  return t;
}

RoundOptions round_options(const Options& o) {
  return {o.method,  o.group,      o.per_tensor,    o.symmetric, o.act_order,
          o.damping, o.iterations, o.static_groups, o.extreme,   o.power};
}

double decibels(double error) { return error > 0 ? -10 * std::log10(error) : 300; }

class Quantizer {
 public:
  Quantizer(Graph& graph, const Options& o, MethodContext& context)
      : graph_(graph),
        o_(o),
        context_(context),
        format_(weight_format(o.format)),
        types_(o.narrow_types ? NarrowTypes::standard : NarrowTypes::portable) {}

  void run() {
    const LayerChoice choice{o_.least_elements, o_.keep_float, o_.only, o_.keep_ends};
    layers_ = choose_layers(graph_, choice, "quantize_weights", context_, seen_);
    if (uses_inputs(o_.method)) {
      if (context_.calibration == nullptr) {
        throw Error(Fault::usage, "this step needs calibration samples (--data or --calib)");
      }
      if (!o_.sequential) collect(layers_);
    }
    for (const std::string& name : layers_) {
      if (uses_inputs(o_.method) && o_.sequential) {
        inputs_.clear();
        infer_shapes(graph_, context_.ops);
        collect({name});
      }
      quantize(name);
    }
    graph_.sort();
    graph_.remove_unused();
    context_.notes.push_back(cat("quantize_weights ", o_.format, " (", o_.method, "): ", done_,
                                 " of ", seen_, " layers, ",
                                 fixed(weights_ > 0 ? bits_ / weights_ : 0, 2),
                                 " bits per weight, scales included", stored_as_));
  }

 private:
  void event(const std::string& layer, Verdict v) {
    context_.events.push_back({"quantize_weights", layer, v.kind, std::move(v.reason)});
  }

  void collect(const std::vector<std::string>& layers) {
    inputs_ = collect_layer_inputs(graph_, context_.ops, *context_.calibration, layers,
                                   context_.progress);
  }

  /// Formats with scales of their own; those that ONNX has no form for as the floats they stand
  /// for.
  void store_blocks(Node& node, const WeightMatrix& w, const LayerInputs* inputs) {
    std::vector<float> importance;
    if (inputs != nullptr && inputs->groups == 1) {
      for (std::int64_t c = 0; c < w.columns; ++c) {
        importance.push_back(
            static_cast<float>(inputs->moments[static_cast<std::size_t>(c * w.columns + c)]));
      }
    }
    const BlockWeights rounded = round_to_blocks(w, format_, o_.method, importance);
    double bits = rounded.bits;
    if (rounded.coded) {
      place_weights(graph_, node, *rounded.coded, rounded.element, types_);
      bits = placed_bits(*rounded.coded, rounded.element, types_);
      note_storage(placed_type(*rounded.coded, rounded.element, types_), rounded.element);
    } else {
      node.set_input(1, graph_.add_constant(as_weights(node, rounded.decoded),
                                            node.input(1)->name() + "_" + o_.format));
      stored_as_ = ", simulated: stored as float32";
    }
    const auto count = static_cast<double>(w.values.size());
    bits_ += bits * count;
    weights_ += count;
    ++done_;
    Verdict verdict = accept();
    verdict.reason = cat("weight SQNR ", fixed(weight_sqnr_db(w, rounded.decoded), 1), " dB");
    event(node.name(), std::move(verdict));
  }

  void note_storage(DType stored, DType format) {
    if (stored != format && stored.bits_per_value() > format.bits_per_value()) {
      stored_as_ = cat(", stored as ", stored.name());
    }
  }

  void quantize(const std::string& name) {
    Node* node = node_named(graph_, name);
    const WeightMatrix w = *weight_matrix(*node);
    const auto found = inputs_.find(name);
    const LayerInputs* inputs = found == inputs_.end() ? nullptr : &found->second;
    if (format_.info().own_scale) {
      store_blocks(*node, w, inputs);
      return;
    }
    std::vector<std::string> notes;
    const CodedWeights coded = round_layer(w, round_options(o_), format_, inputs, notes);
    place_weights(graph_, *node, coded, format_, types_);
    const auto count = static_cast<double>(w.values.size());
    bits_ += placed_bits(coded, format_, types_) * count;
    weights_ += count;
    ++done_;
    note_storage(placed_type(coded, format_, types_), format_);
    Verdict verdict = accept();
    const WeightMatrix decoded = coded.decoded();
    verdict.reason = cat("weight SQNR ", fixed(weight_sqnr_db(w, decoded), 1), " dB");
    if (inputs != nullptr) {
      verdict.reason += cat(", output SQNR ",
                            fixed(decibels(relative_output_error(w, decoded, *inputs)), 1), " dB");
    }
    for (const std::string& note : notes) verdict.reason += cat("; ", note);
    event(name, std::move(verdict));
  }

  Graph& graph_;
  const Options& o_;
  MethodContext& context_;
  DType format_;
  NarrowTypes types_;
  std::vector<std::string> layers_;
  std::map<std::string, LayerInputs> inputs_;
  std::size_t seen_ = 0;
  std::size_t done_ = 0;
  std::string stored_as_;  ///< when the format has no element type of its own
  double bits_ = 0;
  double weights_ = 0;
};

void apply(Model& model, const Options& o, MethodContext& context) {
  infer_shapes(*model.graph, context.ops);
  Quantizer(*model.graph, o, context).run();
  infer_shapes(*model.graph, context.ops);
}

}  // namespace

MethodDef method_quantize_weights() {
  return make_method("quantize_weights",
                     "hold the weights of convolutions and products in any format of 1 to 8 bits",
                     options(), apply)
      .needs_calibration_when(
          [](const OptionMap& given) { return uses_inputs(option_text(given, "method", "mse")); })
      .rounding()
      .source(
          "arXiv:2210.17323 (gptq); arXiv:2004.10568 (adaround); arXiv:2306.00978 (clip); Badri "
          "and Shaji 2023 (hqq); "
          "papers of the formats");
}

}  // namespace pare
