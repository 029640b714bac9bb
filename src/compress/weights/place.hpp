#pragma once

#include <optional>

#include "compress/weights/grid.hpp"
#include "ir/graph.hpp"

namespace pare {

/// The constant float32 weights of a Conv, Gemm or MatMul (rank 2) as a matrix [outputs, columns];
/// nullopt for other nodes.
std::optional<WeightMatrix> weight_matrix(const Node& node);

/// The matrix of a tensor that lies like the constant weights of `node` (their gradient, say), for
/// a node that has a weight_matrix(); and the tensor of a matrix.
WeightMatrix as_matrix(const Node& node, const Tensor& weights);
Tensor as_weights(const Node& node, const WeightMatrix& matrix);

/// Puts coded weights in the place of the weights of `node`, in ONNX terms: integers (and formats
/// of whole numbers, in the narrowest integer type) and 8-bit floats behind DequantizeLinear, with
/// a scale for all, per output channel or per block; everything else as DequantizeTable. Zero
/// points between the levels become an Add behind, of blocks between two Reshapes. Blocks of
/// convolutions lie along (channel, kernel) behind a Reshape. Scales that are powers of two lie as
/// bfloat16 behind Cast, those of NVFP4 as FLOAT8E4M3FN behind a DequantizeLinear of their own.
/// `types`: NarrowTypes::standard stores 4-bit floats as FLOAT4E2M1 and powers of two as
/// FLOAT8E8M0 (operator sets 23 and 24), which few runtimes read. Errors: Fault::config for blocks
/// with zero points between the levels that do not divide the columns.
enum class NarrowTypes : std::uint8_t { portable, standard };
void place_weights(Graph& graph, Node& node, const CodedWeights& w, DType format,
                   NarrowTypes types = NarrowTypes::portable);

/// The element type of the codes as placed.
DType placed_type(const CodedWeights& w, DType format, NarrowTypes types = NarrowTypes::portable);

/// Bits per weight as placed: codes, scales, zero points and offsets.
double placed_bits(const CodedWeights& w, DType format, NarrowTypes types = NarrowTypes::portable);

}  // namespace pare
