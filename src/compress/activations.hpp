#pragma once

#include <set>
#include <string>
#include <vector>

#include "compress/channel_statistics.hpp"
#include "compress/static_int8.hpp"

namespace pare {

enum class Scaling : std::uint8_t {
  fixed,    ///< one scale a value, from calibration
  channel,  ///< one scale a channel (last dimension of products), from calibration
  tensor,   ///< one scale a value, found at run time
  token     ///< one scale a row of the last dimension, found at run time
};

/// How the inputs of products and convolutions are held.
struct ActivationScheme {
  DType format;
  Scaling scaling = Scaling::fixed;
  RangeMethod calibration = RangeMethod::minmax;
  double percentile = 99.99;
  std::set<std::string> keep_float;  ///< node names
  std::set<std::string> only;        ///< when not empty: only these nodes
  /// A Min with the greatest number of the format in front of each QuantizeLinear: it changes
  /// nothing, but keeps a runtime from taking it for the end of a group of integer operators.
  bool bounds_first = false;
};

/// Whether values have to be brought into the range of the format: its blocks have no scales of
/// their own, or small ones (NVFP4, whose tensors have a scale besides).
bool needs_scale(DType format);

/// Whether QuantizeLinear and DequantizeLinear say it: fixed scales of an ONNX type. Everything
/// else is simulated by FakeQuantize.
bool is_onnx_activation(const ActivationScheme& scheme);

/// The scale by which a value fits `format`, symmetric: what the method takes for the greatest
/// |x| becomes the greatest number of the format. mse, norm: of 80 clippings the one with the least
/// expected |error|^2 (^2.4) by the format's own codec. 1 for values without extent. Errors:
/// Fault::config for formats without negative numbers, and for entropy with other than integers.
float choose_scale(const ActivationStats& stats, DType format, RangeMethod method,
                   double percentile);

/// Rounds input 0 of products and convolutions with constant weights, coded or float, to `scheme`'s
/// format; each value once, for all of its readers. Block formats and token scales lie along the
/// last dimension of products, and along dimension 1 (channels) of convolutions. Biases and
/// everything between stay float. `stats` is needed for fixed scales of formats without scales of
/// their own, `channels` for scales of channels. Returns one row a product.
std::vector<LayerQuantization> quantize_inputs(Graph& graph, const ActivationTable* stats,
                                               const ActivationScheme& scheme,
                                               const ChannelTable* channels = nullptr);

/// The values, and dimensions, whose channels quantize_inputs wants to know for scales of channels.
std::vector<ChannelKey> channels_of_inputs(const Graph& graph);

}  // namespace pare
