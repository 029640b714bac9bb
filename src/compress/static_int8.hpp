#pragma once

#include <set>
#include <string>
#include <vector>

#include "compress/affine.hpp"
#include "compress/method.hpp"

namespace pare {

struct StaticInt8 {
  RangeMethod calibration = RangeMethod::minmax;
  double percentile = 99.99;
  bool per_channel = true;
  bool clip_search = false;  ///< for weights
  int weight_qmax = 127;
  bool weights = true;               ///< false: layers with float weights stay float
  std::set<std::string> keep_float;  ///< node names that stay in float
  std::set<std::string> only;        ///< when not empty: only these nodes become integer
};

/// What static quantization did to one product or convolution.
struct LayerQuantization {
  std::string node;
  std::string op;
  bool quantized = false;
  std::string reason;  ///< why it stayed float
  double weight_sqnr_db = 0;
};

/// Names of the nodes that static_int8 can turn to integers (products and convolutions with
/// constant weights, coded ones too), in execution order.
std::vector<std::string> int8_candidates(const Graph& graph);

/// Places QuantizeLinear / DequantizeLinear around products, convolutions and the operators
/// between them by ONNX's rules, so that runtimes fuse them to integer kernels: DQ per reader,
/// one Q behind a node, Relu and Clip absorbed by the range of the Q behind them, int32 biases at
/// scale x * w, weights per output channel, data movement at one scale. Activations: u8
/// asymmetric per tensor, or i8 symmetric where `rules` ask for it. Weights that are codes already
/// stay what they are; the bias beside them becomes int32 when they have a scale per channel or one
/// in all, and stays float otherwise. Values keep their names at graph inputs and outputs. Source:
/// reference formats, ONNX QuantizeLinear.
std::vector<LayerQuantization> quantize_static_int8(Graph& graph, const ActivationTable& stats,
                                                    const StaticInt8& options,
                                                    const TargetRules& rules);

}  // namespace pare
