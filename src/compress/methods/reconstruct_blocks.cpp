#include <algorithm>
#include <cmath>

#include "base/decimal.hpp"
#include "compress/layer_choice.hpp"
#include "compress/layer_inputs.hpp"
#include "compress/method.hpp"
#include "compress/projected_gradients.hpp"
#include "compress/reconstruct.hpp"
#include "compress/weights/place.hpp"
#include "compress/weights/round_layer.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;  // of samples held for a block

struct Options {
  std::string format = "int4";
  std::int64_t group = 0;
  bool symmetric = true;
  std::string extreme = "half_step";
  std::int64_t layers = 3;
  std::int64_t samples = 256;
  std::int64_t iterations = 1000;
  std::int64_t batch = 16;
  double rate = 0.01;
  bool fisher = false;
  std::int64_t least_elements = 64;
  std::vector<std::string> keep_float;
  std::vector<std::string> only;
  bool keep_ends = false;
};

OptionTable<Options> options() {
  OptionTable<Options> t;
  t.text("format", &Options::format,
         "number format of at most 8 bits, as `pare formats` lists them");
  t.integer("group", &Options::group, "weights of a channel that share a scale; 0 = all")
      .between(0, 1e6);
  t.flag("symmetric", &Options::symmetric,
         "whole numbers: no zero points (unsigned formats always have them)");
  t.text("extreme", &Options::extreme, "as of quantize_weights").one_of(extreme_names());
  t.integer("layers", &Options::layers,
            "layers in a row that are reconstructed together; residual blocks always are")
      .between(1, 1000);
  t.integer("samples", &Options::samples,
            "calibration batches to use at most (fewer where their values take more than 1 GiB)")
      .between(1, 1e6);
  t.integer("iterations", &Options::iterations, "steps of the optimizer for each block")
      .between(1, 1e6);
  t.integer("batch", &Options::batch, "samples of a step").between(1, 4096);
  t.real("rate", &Options::rate, "of Adam").between(1e-6, 1);
  t.flag("fisher", &Options::fisher,
         "weigh errors by the squared slope of the model's outputs at the outputs of the block");
  t.integer("least_elements", &Options::least_elements, "smaller weights stay float")
      .between(0, 1e9);
  t.texts("keep_float", &Options::keep_float, "names of layers that stay float");
  t.texts("only", &Options::only, "if given, only these layers");
  t.flag("keep_ends", &Options::keep_ends, "the first and the last layer stay float");
  return t;
}

double decibels(double error) { return error > 0 ? -10 * std::log10(error) : 300; }

/// Values of a graph, by name, sample after sample.
class ValueReader {
 public:
  ValueReader(const Graph& graph, const std::vector<const Value*>& values, const OpRegistry& ops) {
    const auto copy = graph.clone();
    std::vector<Value*> inner;
    for (const Value* v : values) {
      const auto& inputs = graph.inputs();
      const auto at = std::find_if(inputs.begin(), inputs.end(),
                                   [&](const Value* x) { return x->name() == v->name(); });
      places_.push_back(at == inputs.end() ? -1 : at - inputs.begin());
      if (at == inputs.end()) inner.push_back(copy->find(v->name()));
    }
    if (inner.empty()) return;
    while (!copy->outputs().empty()) copy->erase_output(copy->outputs().size() - 1);
    for (Value* v : inner) copy->add_output(v);
    copy->remove_unused();
    session_ = Session::create(*copy, ops, {});
  }

  std::vector<Tensor> read(const std::vector<Tensor>& inputs) {
    std::vector<Tensor> inner;
    if (session_ != nullptr) inner = session_->run(inputs);
    std::vector<Tensor> out;
    std::size_t next = 0;
    for (const std::ptrdiff_t place : places_) {
      out.push_back(place < 0 ? inner.at(next++) : inputs.at(static_cast<std::size_t>(place)));
    }
    return out;
  }

 private:
  std::vector<std::ptrdiff_t> places_;  // among the graph's inputs; -1: computed
  std::unique_ptr<Session> session_;
};

/// Squared slopes of random projections of the outputs at some values, with a mean of 1 each.
class FisherReader {
 public:
  FisherReader(const Graph& graph, const std::vector<const Value*>& values, const OpRegistry& ops) {
    const auto copy = graph.clone();
    std::vector<Value*> wrt;
    wrt.reserve(values.size());
    for (const Value* v : values) wrt.push_back(copy->find(v->name()));
    for (const Value* y : graph.outputs()) {
      if (y->dtype().is_float()) outputs_.push_back(y);
    }
    outputs_reader_ = std::make_unique<ValueReader>(graph, outputs_, ops);
    make_projected_gradients(*copy, ops, wrt);
    session_ = Session::create(*copy, ops, {});
  }

  std::vector<Tensor> read(std::vector<Tensor> inputs, Rng rng) {
    for (const Tensor& y : outputs_reader_->read(inputs)) {
      inputs.push_back(random_signs(y.shape(), rng));
    }
    std::vector<Tensor> squares;
    for (const Tensor& slope : session_->run(inputs)) {
      Tensor square(ElementKind::f32, slope.shape());
      const auto from = slope.data<float>();
      const auto to = square.mutable_data<float>();
      double sum = 0;
      for (const float g : from) sum += static_cast<double>(g) * g;
      const double mean = sum / static_cast<double>(std::max<std::size_t>(1, from.size()));
      for (std::size_t i = 0; i < to.size(); ++i) {
        to[i] = mean > 0 ? static_cast<float>(static_cast<double>(from[i]) * from[i] / mean) : 1;
      }
      squares.push_back(std::move(square));
    }
    return squares;
  }

 private:
  std::vector<const Value*> outputs_;
  std::unique_ptr<ValueReader> outputs_reader_;
  std::unique_ptr<Session> session_;
};

class Reconstructor {
 public:
  Reconstructor(Graph& graph, const Options& o, MethodContext& context)
      : graph_(graph), exact_(graph.clone()), o_(o), context_(context) {
    if (context.calibration == nullptr) {
      throw Error(Fault::usage, "this step needs calibration samples (--data or --calib)");
    }
    infer_shapes(*exact_, context.ops);
  }

  void run() {
    std::size_t seen = 0;
    const LayerChoice choice{o_.least_elements, o_.keep_float, o_.only, o_.keep_ends};
    const auto layers = choose_layers(graph_, choice, "reconstruct_blocks", context_, seen);
    if (layers.empty()) {
      context_.notes.emplace_back("reconstruct_blocks: no layer has weights to round");
      return;
    }
    moments_ = collect_layer_inputs(*exact_, context_.ops, *context_.calibration, layers,
                                    context_.progress);
    const auto blocks = layer_blocks(*exact_, layers, static_cast<std::size_t>(o_.layers));
    for (const LayerBlock& block : blocks) {
      if (!block.layers.empty()) reconstruct(block);
      ++done_;
      if (context_.progress) {
        context_.progress({"reconstructing", block.layers.empty() ? "" : block.layers.front(),
                           static_cast<double>(done_), static_cast<double>(blocks.size()), -1});
      }
    }
    graph_.sort();
    graph_.remove_unused();
    context_.notes.push_back(
        cat("reconstruct_blocks ", o_.format, ": ", rounded_, " of ", seen, " layers in ",
            blocks.size(), " blocks, ", optimized_, " of them better than layer by layer; ",
            fixed(weights_ > 0 ? bits_ / weights_ : 0, 2), " bits per weight, scales included"));
  }

 private:
  [[nodiscard]] RoundOptions how(const std::string& method) const {
    RoundOptions r;
    r.method = method;
    r.group = o_.group;
    r.symmetric = o_.symmetric;
    r.extreme = o_.extreme;
    return r;
  }

  std::vector<ReconstructLayer> layers_of(const LayerBlock& block, DType format) {
    std::vector<ReconstructLayer> out;
    for (const std::string& name : block.layers) {
      ReconstructLayer layer{name, *weight_matrix(*node_named(*exact_, name)), {}};
      const auto found = moments_.find(name);
      const LayerInputs* inputs = found == moments_.end() ? nullptr : &found->second;
      std::vector<std::string> notes;
      for (const char* method : {"imatrix", "gptq"}) {
        layer.starts.push_back(round_layer(layer.w, how(method), format, inputs, notes));
      }
      out.push_back(std::move(layer));
    }
    return out;
  }

  std::vector<BlockSample> samples_of(const LayerBlock& block) {
    ValueReader inputs(graph_, block_inputs(block), context_.ops);
    ValueReader targets(*exact_, block.outputs, context_.ops);
    std::unique_ptr<FisherReader> fisher;
    if (o_.fisher) {
      fisher = std::make_unique<FisherReader>(*exact_, block.outputs, context_.ops);
    }
    std::vector<BlockSample> samples;
    std::size_t bytes = 0;
    const std::int64_t count = std::min(o_.samples, context_.calibration->batches());
    for (std::int64_t i = 0; i < count && bytes < kMostBytes; ++i) {
      const std::vector<Tensor> batch = context_.calibration->get(i);
      BlockSample s{inputs.read(batch), targets.read(batch), {}};
      if (fisher != nullptr) {
        s.weights = fisher->read(batch, Rng(context_.seed, static_cast<std::uint64_t>(i)));
      }
      for (const auto* list : {&s.inputs, &s.targets, &s.weights}) {
        for (const Tensor& t : *list) bytes += t.bytes().size();
      }
      samples.push_back(std::move(s));
    }
    return samples;
  }

  void reconstruct(const LayerBlock& block) {
    const DType format = weight_format(o_.format);
    const std::vector<ReconstructLayer> layers = layers_of(block, format);
    ReconstructOptions options;
    options.iterations = static_cast<int>(o_.iterations);
    options.batch = static_cast<std::size_t>(o_.batch);
    options.rate = o_.rate;
    options.seed = context_.seed;
    std::vector<CodedWeights> coded;
    std::string what;
    try {
      ReconstructResult r =
          reconstruct_block(block, layers, samples_of(block), context_.ops, options);
      coded = std::move(r.coded);
      optimized_ += r.optimized ? 1 : 0;
      what = cat("output SQNR of the block ", fixed(decibels(r.error), 1), " dB (best scales ",
                 fixed(decibels(r.start_errors[0]), 1), ", gptq ",
                 fixed(decibels(r.start_errors[1]), 1), ", together ",
                 fixed(decibels(r.optimized_error), 1), ")");
    } catch (const Error& e) {
      if (e.fault() != Fault::unsupported) throw;
      for (const ReconstructLayer& layer : layers) coded.push_back(layer.starts.back());
      what = cat("by gptq, layer by layer: ", e.message());
    }
    for (std::size_t l = 0; l < layers.size(); ++l) {
      place_weights(graph_, *node_named(graph_, layers[l].name), coded[l], format);
      const auto count = static_cast<double>(layers[l].w.values.size());
      bits_ += placed_bits(coded[l], format) * count;
      weights_ += count;
      ++rounded_;
      context_.events.push_back(
          {"reconstruct_blocks", layers[l].name, Verdict::Kind::accept, what});
    }
    graph_.sort();
    infer_shapes(graph_, context_.ops);
  }

  Graph& graph_;
  std::unique_ptr<Graph> exact_;
  const Options& o_;
  MethodContext& context_;
  std::map<std::string, LayerInputs> moments_;
  std::size_t done_ = 0;
  std::size_t rounded_ = 0;
  std::size_t optimized_ = 0;
  double bits_ = 0;
  double weights_ = 0;
};

void apply(Model& model, const Options& o, MethodContext& context) {
  infer_shapes(*model.graph, context.ops);
  Reconstructor(*model.graph, o, context).run();
  infer_shapes(*model.graph, context.ops);
}

}  // namespace

MethodDef method_reconstruct_blocks() {
  return make_method("reconstruct_blocks",
                     "round the weights of each block of layers together, so that the outputs of "
                     "the block move least",
                     options(), apply)
      .needs(Needs::calibration)
      .rounding()
      .source("arXiv:2102.05426");
}

}  // namespace pare
