#include "compress/reconstruct.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "autodiff/gradients.hpp"
#include "base/rng.hpp"
#include "compress/weights/place.hpp"
#include "compress/weights/soft_rounding.hpp"
#include "ir/infer.hpp"
#include "runtime/extract.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

/// The first dimensions behind each other.
Tensor joined(const std::vector<const Tensor*>& parts) {
  if (parts.size() == 1) return *parts[0];
  Shape shape = parts[0]->shape();
  shape[0] = 0;
  for (const Tensor* p : parts) shape[0] += p->dim(0);
  Tensor all(parts[0]->type(), shape);
  auto to = all.mutable_bytes().begin();
  for (const Tensor* p : parts) to = std::copy(p->bytes().begin(), p->bytes().end(), to);
  return all;
}

/// Whether samples can be put behind each other: equal shapes with a first dimension of 1.
bool can_join(const std::vector<BlockSample>& samples) {
  const auto fit = [&](const std::vector<Tensor> BlockSample::*list) {
    for (std::size_t k = 0; k < (samples[0].*list).size(); ++k) {
      const Tensor& first = (samples[0].*list)[k];
      if (first.rank() == 0 || first.dim(0) != 1 || first.type().bits_per_value() < 8) return false;
      for (const BlockSample& s : samples) {
        if ((s.*list)[k].shape() != first.shape()) return false;
      }
    }
    return true;
  };
  return fit(&BlockSample::inputs) && fit(&BlockSample::targets);
}

/// Order of the inputs of the graphs below: those of the block, weights of the layers, targets,
/// weights of errors.
std::vector<Tensor> inputs_of(const std::vector<const BlockSample*>& samples,
                              const std::vector<Tensor>& weights) {
  std::vector<Tensor> inputs;
  const auto add = [&](const std::vector<Tensor> BlockSample::*list) {
    for (std::size_t k = 0; k < (samples[0]->*list).size(); ++k) {
      std::vector<const Tensor*> parts;
      parts.reserve(samples.size());
      for (const BlockSample* s : samples) parts.push_back(&(s->*list)[k]);
      inputs.push_back(joined(parts));
    }
  };
  add(&BlockSample::inputs);
  inputs.insert(inputs.end(), weights.begin(), weights.end());
  add(&BlockSample::targets);
  add(&BlockSample::weights);
  return inputs;
}

class Reconstruction {
 public:
  Reconstruction(const LayerBlock& block, const std::vector<ReconstructLayer>& layers,
                 const std::vector<BlockSample>& samples, const OpRegistry& ops,
                 const ReconstructOptions& options, std::size_t together)
      : layers_(layers), samples_(samples), ops_(ops), options_(options), step_(together) {
    for (const Value* y : block.outputs) {
      if (y->dtype() != ElementKind::f32) {
        throw Error(Fault::unsupported, cat("output ", y->name(), " is not float32"));
      }
    }
    build(block);
    for (const BlockSample& s : samples) power_ += power_of(s);
  }

  /// Error of the first starts on the first samples.
  double error_of_first(std::size_t count) {
    std::vector<CodedWeights> start;
    for (const ReconstructLayer& layer : layers_) start.push_back(layer.starts.at(0));
    return error_of(start, count);
  }

  ReconstructResult run() {
    ReconstructResult result;
    double best = std::numeric_limits<double>::infinity();
    const auto consider = [&](std::vector<CodedWeights> coded) {
      const double error = error_of(coded, samples_.size());
      if (error < best) {
        best = error;
        result.coded = std::move(coded);
      }
      return error;
    };
    for (std::size_t i = 0; i < layers_[0].starts.size(); ++i) {
      std::vector<CodedWeights> start;
      for (const ReconstructLayer& layer : layers_) start.push_back(layer.starts.at(i));
      result.start_errors.push_back(consider(std::move(start)));
    }
    const double before = best;
    result.optimized_error = consider(optimize());
    result.optimized = result.optimized_error < before;
    result.error = best;
    return result;
  }

 private:
  /// Two graphs from the block: its weighted squared error, and the slopes of that with respect to
  /// the layers' weights.
  void build(const LayerBlock& block) {
    Extract part = extract_nodes(block.nodes, block.outputs);
    Graph& graph = *part.graph;
    for (std::size_t i = 0; i < graph.inputs().size(); ++i) {
      const Tensor& x = samples_[0].inputs.at(i);
      Shape shape = x.shape();
      if (step_ > 1) shape[0] = static_cast<std::int64_t>(step_);
      graph.inputs()[i]->set_type(ValueType(x.type(), to_symbolic(shape)));
    }
    for (Node* node : graph.nodes()) {  // what was inferred for one sample
      for (Value* y : node->outputs()) {
        if (y != nullptr) y->set_type(ValueType(y->dtype()));
      }
    }
    std::vector<Value*> weights;
    for (const ReconstructLayer& layer : layers_) {
      const auto nodes = graph.nodes();
      Node* node = *std::find_if(nodes.begin(), nodes.end(),
                                 [&](const Node* n) { return n->name() == layer.name; });
      originals_.push_back(node);
      const Shape shape = node->input(1)->constant().shape();
      weights.push_back(graph.add_input(graph.unique_name(layer.name + "_soft"),
                                        ValueType(dtype_of(ElementKind::f32), to_symbolic(shape))));
    }
    templates_ = graph.clone();
    take_templates();
    for (std::size_t l = 0; l < layers_.size(); ++l) originals_[l]->set_input(1, weights[l]);
    Value* loss = add_loss(graph);
    infer_shapes(graph, ops_);
    error_session_ = Session::create(graph, ops_, {});
    const std::vector<Value*> slopes = gradients(graph, ops_, loss, weights);
    graph.erase_output(0);
    for (Value* slope : slopes) graph.add_output(slope);
    graph.remove_unused();
    infer_shapes(graph, ops_);
    slope_session_ = Session::create(graph, ops_, {});
  }

  /// The nodes with their constant weights, which tell how a matrix lies in a file.
  void take_templates() {
    for (Node*& node : originals_) {
      for (const Node* copy : templates_->nodes()) {
        if (copy->name() == node->name()) layouts_.push_back(copy);
      }
    }
  }

  Value* add_loss(Graph& graph) {
    const auto node = [&](const std::string& op, std::vector<Value*> inputs, Attributes a = {}) {
      return graph.add_node({.op = op, .inputs = std::move(inputs), .attributes = std::move(a)})
          ->output();
    };
    const std::vector<Value*> outputs = graph.outputs();
    std::vector<Value*> squares;
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      Value* target = graph.add_input(graph.unique_name("target"), type_like(k));
      Value* d = node("Sub", {outputs[k], target});
      squares.push_back(node("Mul", {d, d}));
    }
    Value* loss = nullptr;
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      if (!samples_[0].weights.empty()) {
        Value* weight = graph.add_input(graph.unique_name("weight"), type_like(k));
        squares[k] = node("Mul", {squares[k], weight});
      }
      Value* sum = node("ReduceSum", {squares[k]}, {{"keepdims", std::int64_t{0}}});
      loss = loss == nullptr ? sum : node("Add", {loss, sum});
    }
    while (!graph.outputs().empty()) graph.erase_output(graph.outputs().size() - 1);
    graph.add_output(loss);
    return loss;
  }

  [[nodiscard]] ValueType type_like(std::size_t k) const {
    Shape shape = samples_[0].targets.at(k).shape();
    if (step_ > 1) shape[0] = static_cast<std::int64_t>(step_);
    return ValueType(dtype_of(ElementKind::f32), to_symbolic(shape));
  }

  static double power_of(const BlockSample& s) {
    double sum = 0;
    for (std::size_t k = 0; k < s.targets.size(); ++k) {
      const auto y = s.targets[k].data<float>();
      for (std::size_t i = 0; i < y.size(); ++i) {
        const double weight = s.weights.empty() ? 1 : s.weights[k].data<float>()[i];
        sum += weight * y[i] * y[i];
      }
    }
    return sum;
  }

  [[nodiscard]] std::vector<Tensor> tensors_of(const std::vector<WeightMatrix>& weights) const {
    std::vector<Tensor> out;
    for (std::size_t l = 0; l < weights.size(); ++l) {
      out.push_back(as_weights(*layouts_[l], weights[l]));
    }
    return out;
  }

  /// The last samples that fill no step count as often as it takes.
  double error_of(const std::vector<CodedWeights>& coded, std::size_t count) {
    std::vector<WeightMatrix> decoded;
    decoded.reserve(coded.size());
    for (const CodedWeights& c : coded) decoded.push_back(c.decoded());
    const std::vector<Tensor> weights = tensors_of(decoded);
    double error = 0;
    double power = 0;
    for (std::size_t first = 0; first < count; first += step_) {
      std::vector<const BlockSample*> chosen;
      for (std::size_t i = 0; i < step_; ++i) {
        chosen.push_back(&samples_[std::min(first + i, samples_.size() - 1)]);
        power += power_of(*chosen.back());
      }
      error +=
          static_cast<double>(error_session_->run(inputs_of(chosen, weights)).at(0).item<float>());
    }
    return power > 0 ? error / power : error;
  }

  std::vector<CodedWeights> optimize() {
    std::vector<SoftWeights> soft;
    double rows = 0;
    for (const ReconstructLayer& layer : layers_) {
      soft.emplace_back(layer.w, layer.starts[0]);
      rows += static_cast<double>(layer.w.rows);
    }
    const std::size_t per_step = std::min(options_.batch, samples_.size());
    // So that the weight of the rounding term means the same for every block.
    const double mean_power = power_ / static_cast<double>(samples_.size());
    const double scale = mean_power > 0 ? rows / (mean_power * static_cast<double>(per_step)) : 1;
    for (int i = 0; i < options_.iterations; ++i) {
      std::vector<WeightMatrix> now;
      now.reserve(soft.size());
      for (const SoftWeights& s : soft) now.push_back(s.soft());
      const std::vector<WeightMatrix> slopes = slopes_at(tensors_of(now), i, per_step, scale);
      const SoftStep step =
          soft_step(i, options_.iterations, options_.rate, options_.rounding, options_.warm_up);
      for (std::size_t l = 0; l < soft.size(); ++l) soft[l].descend(slopes[l], step);
    }
    std::vector<CodedWeights> out;
    out.reserve(soft.size());
    for (const SoftWeights& s : soft) out.push_back(s.hard());
    return out;
  }

  std::vector<WeightMatrix> slopes_at(const std::vector<Tensor>& weights, int iteration,
                                      std::size_t per_step, double scale) {
    Rng rng(options_.seed, static_cast<std::uint64_t>(iteration));
    std::vector<WeightMatrix> sums;
    for (std::size_t done = 0; done < per_step; done += step_) {
      std::vector<const BlockSample*> chosen;
      for (std::size_t i = 0; i < step_; ++i) {
        chosen.push_back(&samples_[static_cast<std::size_t>(rng.below(samples_.size()))]);
      }
      const std::vector<Tensor> outputs = slope_session_->run(inputs_of(chosen, weights));
      for (std::size_t l = 0; l < weights.size(); ++l) {
        WeightMatrix slope = as_matrix(*layouts_[l], outputs.at(l));
        for (float& x : slope.values) x *= static_cast<float>(scale);
        if (sums.size() <= l) {
          sums.push_back(std::move(slope));
        } else {
          for (std::size_t k = 0; k < slope.values.size(); ++k) {
            sums[l].values[k] += slope.values[k];
          }
        }
      }
    }
    return sums;
  }

  const std::vector<ReconstructLayer>& layers_;
  const std::vector<BlockSample>& samples_;
  const OpRegistry& ops_;
  const ReconstructOptions& options_;
  std::size_t step_ = 1;  // samples that are run together
  double power_ = 0;
  std::unique_ptr<Graph> templates_;
  std::vector<Node*> originals_;      // of the graph that is being built
  std::vector<const Node*> layouts_;  // in templates_
  std::unique_ptr<Session> error_session_, slope_session_;
};

}  // namespace

std::vector<const Value*> block_inputs(const LayerBlock& block) {
  return extract_nodes(block.nodes, block.outputs).captured;
}

ReconstructResult reconstruct_block(const LayerBlock& block,
                                    const std::vector<ReconstructLayer>& layers,
                                    const std::vector<BlockSample>& samples, const OpRegistry& ops,
                                    const ReconstructOptions& options) {
  require(!samples.empty() && !layers.empty(), "reconstruct_block: nothing to do");
  const auto one_by_one = [&] { return Reconstruction(block, layers, samples, ops, options, 1); };
  const std::size_t together = std::min(options.batch, samples.size());
  if (together < 2 || !can_join(samples)) return one_by_one().run();
  try {
    // Their first dimension may be something else than that of samples.
    Reconstruction joined(block, layers, samples, ops, options, together);
    const double apart = one_by_one().error_of_first(together);
    constexpr double kRounding = 1e-3;
    if (std::abs(joined.error_of_first(together) - apart) <= kRounding * apart) {
      return joined.run();
    }
  } catch (const Error& e) {
    if (e.fault() != Fault::corrupt) throw;
  }
  return one_by_one().run();
}

}  // namespace pare
