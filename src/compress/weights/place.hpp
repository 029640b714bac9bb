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
/// convolutions lie along (channel, kernel) behind a Reshape. Errors: Fault::config for blocks with
/// zero points between the levels that do not divide the columns.
void place_weights(Graph& graph, Node& node, const CodedWeights& w, DType format);

/// The element type of the codes as placed.
DType placed_type(const CodedWeights& w, DType format);

/// Bits per weight as placed: codes, scales in float32, zero points and offsets.
double placed_bits(const CodedWeights& w, DType format);

}  // namespace pare
