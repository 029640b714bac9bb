#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compress/calibrate.hpp"
#include "ir/graph.hpp"

namespace pare {

/// Parameters of uniform quantization: x ~ scale * (q - zero_point), q of `type` (8-bit).
struct AffineParams {
  ElementKind type = ElementKind::u8;
  float scale = 1;
  std::int32_t zero_point = 0;

  [[nodiscard]] int q_min() const noexcept { return type == ElementKind::u8 ? 0 : -128; }
  [[nodiscard]] int q_max() const noexcept { return type == ElementKind::u8 ? 255 : 127; }
  [[nodiscard]] float real_min() const noexcept {
    return scale * static_cast<float>(q_min() - zero_point);
  }
  [[nodiscard]] float real_max() const noexcept {
    return scale * static_cast<float>(q_max() - zero_point);
  }
  friend bool operator==(const AffineParams&, const AffineParams&) = default;
};

/// Parameters that cover `range` with all codes of u8 (asymmetric), or of i8 with zero point 0
/// when `symmetric`. A range without extent gives scale 1, zero point 0.
AffineParams affine_params(Range range, bool symmetric);

/// Weights quantized per channel, symmetric int8 in [-qmax, qmax].
struct QuantizedWeights {
  Tensor codes;               ///< int8, the shape of the weights
  std::vector<float> scales;  ///< one per channel, or one in all
  std::int64_t axis = 0;
  double sqnr_db = 0;
};

struct WeightOptions {
  bool per_channel = true;
  std::int64_t axis = 0;            ///< channel dimension
  int qmax = 127;                   ///< 63 on CPUs whose 8-bit products saturate
  bool clip_search = false;         ///< shrink the range where that lowers the squared error
  std::vector<float> least_scales;  ///< per channel lower bound (keeps int32 biases in range)
};

/// Round-to-nearest quantization of float weights. Errors: Fault::corrupt for values that are not
/// finite.
QuantizedWeights quantize_weights(const Tensor& weights, const WeightOptions& options);

/// Which dimension of the weight input of `node` is the output channel: Conv 0, ConvTranspose 1,
/// Gemm 0 or 1 by transB, MatMul last. -1 for other operators and weights of unknown shape.
std::int64_t weight_channel_axis(const Node& node);

/// The constant float32 weights (input 1) of a Conv, ConvTranspose, Gemm or MatMul; null when the
/// node is something else or its weights are not constant.
const Tensor* constant_weights(const Node& node);

/// Whether `value` is weights that are codes already: DequantizeLinear or DequantizeTable of
/// constants, perhaps with a constant added or in another shape.
bool is_coded_weight(const Value* value);

/// Adds DequantizeLinear(codes, scales[, zero points]) before `before`, its reader; returns its
/// output. Convolutions go without the zero points, one byte for each channel of the file.
Value* add_weight_dequantizer(Graph& graph, const QuantizedWeights& w, const std::string& name,
                              Node* before);

}  // namespace pare
