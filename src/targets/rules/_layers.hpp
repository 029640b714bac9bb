#pragma once

#include <optional>
#include <unordered_set>

#include "targets/rules/judgement.hpp"

namespace pare::rules {

/// All nodes, bodies included, in execution order.
std::vector<const Node*> every_node(const Graph& graph);

inline constexpr std::string_view kMicrosoft = "com.microsoft";
/// QuantizeLinear and DequantizeLinear, of ONNX or in ONNX Runtime's own older form.
bool is_quantizer(const Node& node);
bool is_dequantizer(const Node& node);
/// Conv, ConvTranspose, MatMul, Gemm.
bool is_product(const Node& node);

/// The DequantizeLinear that makes input i; nullptr when something else does.
const Node* dequantizer_of(const Node& node, std::size_t i);
/// The QuantizeLinear that is the only reader of output 0; nullptr when there is none.
const Node* sole_quantizer(const Node& node);
/// Element type on the quantized side of a quantizer or dequantizer.
ElementKind code_type(const Node& node);
/// "INT8", "FLOAT8E4M3FN": as ONNX writes element types.
std::string onnx_name(ElementKind kind);
bool is_byte(ElementKind kind);
bool is_float8(ElementKind kind);
/// Integers of 2 or 4 bits.
bool is_small_integer(ElementKind kind);

enum class Granularity : std::uint8_t { tensor, channel, block, unknown };
Granularity granularity(const Node& quantizer_or_dequantizer);
/// The axis of its scales as a number from 0; nullopt when the rank is unknown.
std::optional<std::int64_t> scale_axis(const Node& quantizer_or_dequantizer);
/// No zero point, or a constant of zeros only.
bool is_symmetric(const Node& quantizer_or_dequantizer);
/// Constants with equal type, shape and bytes, or one value; also when both are absent.
bool same_constant(const Value* a, const Value* b);
/// The axis of the weights that counts output channels; nullopt when the rank is unknown.
std::optional<std::int64_t> output_channel_axis(const Node& product);

/// Values that depend on constants only: weights, and what is computed from them on loading.
class FixedValues {
 public:
  explicit FixedValues(const Graph& graph) { walk(graph); }
  [[nodiscard]] bool has(const Value* value) const {
    return value != nullptr && (value->is_constant() || computed_.count(value) != 0);
  }

 private:
  void walk(const Graph& graph);
  std::unordered_set<const Value*> computed_;
};

/// Where the second factor of a product comes from.
enum class WeightSource : std::uint8_t {
  computed,     ///< it is no weight
  plain,        ///< a float constant
  dequantized,  ///< DequantizeLinear of constant codes
  rearranged,   ///< the same with other nodes between it and the product
  looked_up     ///< codes that choose values of a table (Gather)
};

/// A node that quantization is about.
struct Layer {
  const Node* node = nullptr;
  bool product = false;
  const Node* x = nullptr;  ///< DequantizeLinear of input 0, if that is what makes it
  const Node* w = nullptr;  ///< products: DequantizeLinear of the weights, directly in front
  WeightSource source = WeightSource::computed;  ///< products only
  const Node* output = nullptr;                  ///< the QuantizeLinear that alone reads the result
};

/// Nodes that read what DequantizeLinear makes, products of coded weights, and operators that
/// take codes themselves; not what is computed from constants alone.
std::vector<Layer> quantized_layers(const Graph& graph, const FixedValues& fixed);

/// Operators that take codes as they are: QLinearConv, MatMulInteger, MatMulNBits ...
bool takes_codes(const Node& node);

}  // namespace pare::rules
