#include <algorithm>
#include <cmath>

#include "compress/affine.hpp"
#include "compress/method.hpp"
#include "passes/_rewrite.hpp"

namespace pare {
namespace {

struct Options {
  std::int64_t least_elements = 0;
};

OptionTable<Options> options() {
  OptionTable<Options> t;
  t.integer("least_elements", &Options::least_elements, "layers with fewer weights are skipped")
      .between(0, 1e9);
  return t;
}

const Node* by_name(const Graph& graph, const std::string& name) {
  for (const Node* node : graph.nodes()) {
    if (node->name() == name) return node;
  }
  return nullptr;
}

// What constants make of `value`, a coded weight.
Tensor decoded(const Value& value, const OpRegistry& ops) {
  if (value.is_constant()) return value.constant();
  std::vector<Tensor> inputs;
  for (const Value* v : value.producer()->inputs()) {
    inputs.push_back(v == nullptr ? Tensor() : decoded(*v, ops));
  }
  return run_reference(*value.producer(), ops, std::move(inputs)).at(0);
}

// Weights that `node` computes with once they are decoded; invalid when it is not quantized.
Tensor decoded_weights(const Node& node, const OpRegistry& ops) {
  const Value* w = node.input(1);
  return is_coded_weight(w) ? decoded(*w, ops) : Tensor();
}

// sum_k (Wq - W)[o, k] * E[x_k] per output channel: the mean error that rounding the weights adds.
std::vector<double> mean_shift(const Node& node, const Tensor& exact, const Tensor& rounded,
                               const std::vector<double>& mean) {
  const std::int64_t axis = weight_channel_axis(node);
  const auto w = exact.data<float>();
  const auto q = rounded.data<float>();
  const std::int64_t outputs = exact.dim(static_cast<std::size_t>(axis));
  std::vector<double> shift(static_cast<std::size_t>(outputs), 0.0);
  const bool conv = node.is("Conv");
  const std::int64_t inputs = conv ? exact.dim(1) : exact.size() / outputs;
  const std::int64_t kernel = conv ? exact.size() / (outputs * inputs) : 1;
  const std::int64_t per_group =
      conv ? outputs / std::max<std::int64_t>(1, node.int_or("group", 1)) : outputs;
  for (std::int64_t o = 0; o < outputs; ++o) {
    for (std::int64_t i = 0; i < inputs; ++i) {
      const std::int64_t channel = conv ? o / per_group * inputs + i : i;
      double d = 0;
      for (std::int64_t k = 0; k < kernel; ++k) {
        const std::int64_t at = axis == 0 ? (o * inputs + i) * kernel + k : i * outputs + o;
        d += static_cast<double>(q[static_cast<std::size_t>(at)]) - w[static_cast<std::size_t>(at)];
      }
      if (channel < static_cast<std::int64_t>(mean.size())) {
        shift[static_cast<std::size_t>(o)] += d * mean[static_cast<std::size_t>(channel)];
      }
    }
  }
  return shift;
}

// The int32 codes of the bias move by -shift / scale; a layer without bias is left alone.
bool correct(Node& node, const std::vector<double>& shift) {
  Value* b = node.input(2);
  if (b == nullptr) return false;
  const auto shifted = [&](const std::vector<float>& old) {
    std::vector<float> values = old;
    for (std::size_t c = 0; c < values.size(); ++c) {
      values[c] = static_cast<float>(values[c] - shift[values.size() == 1 ? 0 : c]);
    }
    return values;
  };
  if (b->is_constant()) {
    if (b->constant().size() != static_cast<std::int64_t>(shift.size())) return false;
    passes::set_constant_input(
        node, 2, Tensor::of<float>(b->constant().shape(), shifted(b->constant().to_floats())));
    return true;
  }
  Node* dq = b->producer();
  if (dq == nullptr || !dq->is("DequantizeLinear") || !dq->input(0)->is_constant()) return false;
  const auto codes = dq->input(0)->constant().data<std::int32_t>();
  if (codes.size() != shift.size()) return false;
  const std::vector<float> scales = dq->input(1)->constant().to_floats();
  std::vector<std::int32_t> moved(codes.begin(), codes.end());
  for (std::size_t c = 0; c < moved.size(); ++c) {
    const double step = scales[scales.size() > 1 ? c : 0];
    moved[c] = static_cast<std::int32_t>(
        std::clamp(std::nearbyint(moved[c] - shift[c] / step), -2147483647.0, 2147483647.0));
  }
  const Shape shape = dq->input(0)->constant().shape();
  passes::set_constant_input(*dq, 0, Tensor::of<std::int32_t>(shape, moved));
  return true;
}

void apply(Model& model, const Options& o, MethodContext& context) {
  Graph& graph = *model.graph;
  if (context.exact == nullptr) {
    context.notes.emplace_back("bias_correction: nothing is quantized before it");
    return;
  }
  const auto table = cached_statistics(*context.exact, context.exact_prefix, context);
  std::size_t corrected = 0;
  for (Node* node : graph.nodes()) {
    if (!node->is("Conv") && !node->is("Gemm") && !node->is("MatMul")) continue;
    const Tensor rounded = decoded_weights(*node, context.ops);
    const Node* before = by_name(*context.exact, node->name());
    if (!rounded.valid() || before == nullptr || constant_weights(*before) == nullptr) continue;
    const Tensor& exact = *constant_weights(*before);
    const auto stats = table->find(before->input(0)->name());
    if (exact.shape() != rounded.shape() || stats == table->end() ||
        exact.size() < o.least_elements || weight_channel_axis(*before) < 0) {
      continue;
    }
    const auto shift = mean_shift(*before, exact, rounded, stats->second.channel_mean);
    const bool done = correct(*node, shift);
    corrected += done ? 1 : 0;
    context.events.push_back({"bias_correction", node->name(),
                              done ? Verdict::Kind::accept : Verdict::Kind::refuse,
                              done ? "" : "the layer has no constant bias"});
  }
  graph.remove_unused();
  context.notes.push_back(cat("bias_correction: ", corrected, " layers"));
}

}  // namespace

MethodDef method_bias_correction() {
  return make_method("bias_correction",
                     "take the mean error of rounded weights, estimated from calibration means, "
                     "out of the biases",
                     options(), apply)
      .needs(Needs::calibration)
      .source("arXiv:1906.04721");
}

}  // namespace pare
