#include <algorithm>
#include <cmath>

#include "base/decimal.hpp"
#include "compress/layer_inputs.hpp"
#include "compress/method.hpp"
#include "compress/weights/fold_factors.hpp"
#include "compress/weights/place.hpp"
#include "compress/weights/round_layer.hpp"
#include "compress/weights/scaling.hpp"

namespace pare {
namespace {

struct Options {
  std::string factors = "smooth";
  double alpha = 0.5;
  std::string format = "int4";
  std::int64_t group = 0;
  bool symmetric = true;
  std::vector<std::string> only;
};

OptionTable<Options> options() {
  OptionTable<Options> t;
  t.text(
       "factors", &Options::factors,
       "smooth: inputs and weights equally hard to quantize; awq: what serves rounded weights best")
      .one_of({"smooth", "awq"});
  t.real("alpha", &Options::alpha, "smooth: 0 leaves all to the inputs, 1 to the weights")
      .between(0, 1);
  t.text("format", &Options::format, "awq: the format that the weights will have");
  t.integer("group", &Options::group, "awq: weights that will share a scale; 0 = a channel")
      .between(0, 1e6);
  t.flag("symmetric", &Options::symmetric, "awq: whole numbers without zero points");
  t.texts("only", &Options::only, "if given, only these layers");
  return t;
}

/// Layers that read one value must divide it by the same factors.
std::map<const Value*, std::vector<Node*>> readers_of_inputs(Graph& graph, const Options& o) {
  std::map<const Value*, std::vector<Node*>> readers;
  for (Node* node : graph.nodes()) {
    if (!weight_matrix(*node) || node->is("Conv")) continue;
    if (!o.only.empty() && std::find(o.only.begin(), o.only.end(), node->name()) == o.only.end()) {
      continue;
    }
    readers[node->input(0)].push_back(node);
  }
  return readers;
}

/// The rows of all layers below each other.
WeightMatrix stacked(const std::vector<Node*>& nodes) {
  WeightMatrix all;
  for (const Node* node : nodes) {
    const WeightMatrix w = *weight_matrix(*node);
    all.columns = w.columns;
    all.rows += w.rows;
    all.values.insert(all.values.end(), w.values.begin(), w.values.end());
  }
  return all;
}

void multiply_columns(Graph& graph, Node& node, const std::vector<float>& factors) {
  const Tensor& old = node.input(1)->constant();
  const bool transposed = node.is("MatMul") || node.int_or("transB", 0) == 0;
  std::vector<float> values = old.to_floats();
  const auto inner = static_cast<std::size_t>(old.dim(1));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] *= factors[transposed ? i / inner : i % inner];
  }
  node.set_input(1,
                 graph.add_constant(Tensor::of<float>(old.shape(), values), node.input(1)->name()));
}

/// The input of `reader` times one number a channel, by a node before `reader`.
Value* multiplied(Graph& graph, Node& reader, const std::vector<float>& factors) {
  Value* x = reader.input(0);
  const auto n = static_cast<std::int64_t>(factors.size());
  Value* by = graph.add_constant(Tensor::of<float>({n}, factors), x->name() + "_inverse");
  Value* y = graph
                 .add_node({.op = "Mul",
                            .inputs = {x, by},
                            .name = graph.unique_name(reader.name() + "_smooth"),
                            .output_names = {graph.unique_name(x->name() + "_smooth")}},
                           &reader)
                 ->output();
  y->set_type(x->type());
  return y;
}

void apply(Model& model, const Options& o, MethodContext& context) {
  Graph& graph = *model.graph;
  infer_shapes(graph, context.ops);
  if (context.calibration == nullptr) {
    throw Error(Fault::usage, "this step needs calibration samples (--data or --calib)");
  }
  const RoundOptions rounding = {.method = "rtn", .group = o.group, .symmetric = o.symmetric};
  const DType format = weight_format(o.format);
  const auto readers = readers_of_inputs(graph, o);
  std::vector<std::string> layers;
  layers.reserve(readers.size());
  for (const auto& entry : readers) layers.push_back(entry.second.front()->name());
  const auto inputs =
      collect_layer_inputs(graph, context.ops, *context.calibration, layers, context.progress);
  std::size_t done = 0;
  std::size_t separate = 0;
  for (Node* first : graph.nodes()) {  // in order, so that results do not depend on addresses
    const auto it = readers.find(first->input(0));
    if (it == readers.end() || it->second.front() != first) continue;
    const auto found = inputs.find(first->name());
    if (found == inputs.end()) continue;
    const LayerInputs& in = found->second;
    const WeightMatrix w = stacked(it->second);
    std::vector<float> factors;
    std::string why;
    if (o.factors == "awq") {
      const WeightGrid grid = grid_for(rounding, format, w.columns);
      AwqScales awq = awq_scales(w, in.moments, in.mean_abs, grid);
      factors = std::move(awq.factors);
      why = cat("alpha ", fixed(awq.alpha, 2), ", output error ", awq.error, " (", awq.unscaled,
                " without)");
    } else {
      factors = smooth_scales(w, in.amax, o.alpha);
      why = cat("alpha ", fixed(o.alpha, 2));
    }
    std::vector<float> inverse;
    inverse.reserve(factors.size());
    for (const float f : factors) inverse.push_back(1 / f);
    Value* x = first->input(0);
    if (multiply_in_place(graph, x, inverse, it->second)) {
      why += ", folded into what comes before";
    } else {
      x = multiplied(graph, *first, inverse);
      ++separate;
    }
    for (Node* node : it->second) {
      multiply_columns(graph, *node, factors);
      node->set_input(0, x);
      Verdict verdict = accept();
      verdict.reason = why;
      context.events.push_back({"smooth_quant", node->name(), verdict.kind, verdict.reason});
      ++done;
    }
  }
  graph.sort();
  graph.remove_unused();
  context.notes.push_back(cat("smooth_quant (", o.factors, "): ", done, " products"));
  if (separate > 0) {
    context.notes.push_back(cat("smooth_quant: ", separate,
                                " values are divided by a Mul of their own; a step `optimize` ",
                                "before the weights are quantized would take it back"));
  }
  infer_shapes(graph, context.ops);
}

}  // namespace

MethodDef method_smooth_quant() {
  return make_method("smooth_quant",
                     "divide the inputs of matrix products by factors and multiply the weights, so "
                     "that both are easy to quantize; comes before what quantizes",
                     options(), apply)
      .needs(Needs::calibration)
      .source("arXiv:2211.10438 (smooth); arXiv:2306.00978 (awq)");
}

}  // namespace pare
