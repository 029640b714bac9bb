#include "compress/guard_float_layers.hpp"

#include <algorithm>
#include <cmath>

#include "compress/affine.hpp"

namespace pare {
namespace {

constexpr double kLargestCode = 1 << 30;

bool reads_per_tensor_codes(const Node& node) {
  const Value* x = node.input(0);
  const Node* dq = x != nullptr ? x->producer() : nullptr;
  if (dq == nullptr || !dq->is("DequantizeLinear") || dq->input(1) == nullptr) return false;
  const Value* scale = dq->input(1);
  return scale->is_constant() && scale->constant().size() == 1;
}

/// Through Relu and Clip, each read once.
bool feeds_a_quantizer(const Node& node) {
  const Node* current = &node;
  while (current->outputs().size() == 1 && current->output()->readers() == 1 &&
         current->output()->uses().size() == 1) {
    current = current->output()->uses()[0].node;
    if (current->is("QuantizeLinear")) return true;
    if (!current->is("Relu") && !current->is("Clip")) return false;
  }
  return false;
}

std::int64_t channels_of(const Node& node, const Tensor& weights) {
  if (node.is("Conv")) return weights.dim(0);
  if (node.is("ConvTranspose")) return weights.dim(1) * node.int_or("group", 1);
  return weights.dim(node.int_or("transB", 0) != 0 ? 0 : 1);
}

/// False when the bias is computed or not one value per channel: then the runtime leaves the layer
/// alone anyway.
bool bias_of(const Node& node, const Tensor& weights, std::vector<float>& bias) {
  const Value* b = node.input(2);
  if (b == nullptr) {
    bias.assign(static_cast<std::size_t>(channels_of(node, weights)), 0.0F);
    return true;
  }
  if (!b->is_constant() || b->constant().rank() != 1) return false;
  bias = b->constant().to_floats();
  return true;
}

void dequantize_bias(Graph& graph, Node& node, const std::vector<float>& bias) {
  double largest = 0;
  for (const float b : bias) largest = std::max(largest, std::fabs(static_cast<double>(b)));
  const auto step = static_cast<float>(largest / kLargestCode);
  const float scale = std::isnormal(step) ? step : 1.0F;
  std::vector<std::int32_t> codes;
  codes.reserve(bias.size());
  for (const float b : bias) {
    codes.push_back(static_cast<std::int32_t>(std::nearbyint(static_cast<double>(b) / scale)));
  }
  const std::string name = node.input(2) != nullptr ? node.input(2)->name() : node.name() + "_bias";
  const auto n = static_cast<std::int64_t>(bias.size());
  Value* code_value = graph.add_constant(Tensor::of<std::int32_t>({n}, codes), name + "_q");
  Value* scale_value = graph.add_constant(Tensor::scalar<float>(scale), name + "_s");
  Node* dq = graph.add_node({.op = "DequantizeLinear",
                             .inputs = {code_value, scale_value},
                             .output_names = {graph.unique_name(name + "_dq")}},
                            &node);
  dq->output()->set_type(ValueType(dtype_of(ElementKind::f32), SymShape{Dim(n)}));
  node.set_input(2, dq->output());
}

}  // namespace

std::size_t guard_float_layers(Graph& graph) {
  std::size_t guarded = 0;
  for (Node* node : graph.nodes()) {
    const bool layer = node->is("Conv") || node->is("ConvTranspose") || node->is("Gemm");
    const Tensor* weights = layer ? constant_weights(*node) : nullptr;
    if (weights == nullptr || !reads_per_tensor_codes(*node) || !feeds_a_quantizer(*node)) continue;
    std::vector<float> bias;
    if (!bias_of(*node, *weights, bias)) continue;
    dequantize_bias(graph, *node, bias);
    ++guarded;
  }
  return guarded;
}

}  // namespace pare
