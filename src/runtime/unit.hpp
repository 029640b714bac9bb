#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.hpp"
#include "kernels/activation.hpp"
#include "kernels/attention/attention.hpp"
#include "kernels/elementwise/chain.hpp"

namespace pare {

/// Something done to the result of a unit's main operator before it is stored.
struct Post {
  enum class Kind : std::uint8_t { activation, add, mul };
  Kind kind = Kind::activation;
  Activation act;           ///< kind == activation
  std::size_t operand = 0;  ///< kind == add, mul: index into Unit::inputs
};

/// Affine numbers of one per-tensor quantized value: x = scale * (q - zero_point).
struct Quant {
  bool on = false;
  float scale = 1;
  std::int32_t zero_point = 0;
};

/// Inputs of a scaled integer product from here on, behind those of MatMulInteger: the scale of its
/// input, the scales of its weights.
inline constexpr std::size_t kScaleInput = 4;

/// Nodes that are executed as one step: a main operator, what follows it (posts), and, when it is
/// quantized, the Q/DQ nodes around it.
struct Unit {
  const Node* node = nullptr;         ///< main operator
  std::vector<const Node*> covers;    ///< every node computed, in execution order
  std::vector<const Value*> inputs;   ///< of the main operator by position, then of the posts
  std::vector<const Value*> outputs;  ///< nullptr = not wanted
  std::vector<Post> posts;
  bool quantized = false;
  std::vector<Quant> in_quant;       ///< one per input when quantized
  std::vector<float> weight_scales;  ///< of input 1 of a product: one, or one per channel
  Tensor weights;  ///< input 1 as int8 less its zero point, when quantized and constant
  /// Packed weights: the operator that would make floats of them; input 1 is its codes.
  const Node* dequantizes = nullptr;
  bool turned_weights = false;  ///< a Transpose lies between it and the product
  /// Attention made of several nodes, `node` its Softmax: inputs are q, k, v and perhaps a mask, of
  /// which this says where their elements are.
  std::shared_ptr<const AttentionShape> attention;
  /// Elementwise nodes, `node` the last of them: what they do (fuse_chain.cpp). Inputs are all that
  /// they read from outside.
  std::shared_ptr<const std::vector<ChainStep>> chain;
  Quant out_quant;                     ///< off = the output is float
  std::vector<std::string> refused;    ///< why larger units were not used
  std::vector<const Value*> captures;  ///< read by bodies of control flow

  [[nodiscard]] const Value* input(std::size_t i) const noexcept {
    return i < inputs.size() ? inputs[i] : nullptr;
  }
  [[nodiscard]] const Value* output() const noexcept {
    return outputs.empty() ? nullptr : outputs[0];
  }
  [[nodiscard]] bool is(std::string_view op) const noexcept { return node->is(op); }
};

}  // namespace pare
