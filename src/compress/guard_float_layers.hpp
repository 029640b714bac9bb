#pragma once

#include "ir/graph.hpp"

namespace pare {

/// For runtimes that quantize float layers between DequantizeLinear and QuantizeLinear by
/// themselves (TargetRules::quantizes_float_layers): the bias of every Conv, ConvTranspose and Gemm
/// in that place becomes int32 codes behind a DequantizeLinear, a zero one where there is none.
/// Such a bias is no plain constant any more, which makes the runtime leave the layer alone. The
/// values change by at most 2^-31 of the largest bias. Returns how many layers were guarded.
std::size_t guard_float_layers(Graph& graph);

}  // namespace pare
