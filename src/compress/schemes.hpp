#pragma once

#include <set>
#include <string>
#include <vector>

#include "compress/affine.hpp"
#include "compress/static_int8.hpp"

namespace pare {

/// Nodes without a name get the name of their first output (made unique), so that recipes and
/// reports can speak of them.
void name_all_nodes(Graph& graph);

/// Stores float32 constants of at least `least_elements` values as `type` (f16 or bf16) behind a
/// Cast back to float32: half the file, arithmetic unchanged, folded at load by runtimes. Values
/// that do not fit f16's range keep their constant in float32. Returns how many were converted.
std::size_t store_constants_as(Graph& graph, ElementKind type, std::int64_t least_elements);

/// Converts the whole graph to compute in `type`: constants, values and, by Casts, graph inputs
/// and outputs, which keep their types. Operators whose schema does not allow `type` stay in
/// float32 between Casts. Returns labels of nodes that stayed.
std::vector<std::string> compute_in(Graph& graph, const OpRegistry& ops, ElementKind type);

/// Weight-only INT8: weights of products and convolutions as codes behind DequantizeLinear;
/// activations stay float.
std::vector<LayerQuantization> quantize_weights_only(Graph& graph, const WeightOptions& options,
                                                     std::int64_t least_elements,
                                                     const std::set<std::string>& keep_float);

/// Dynamic INT8: matrix products with constant weights become DynamicQuantizeLinear and
/// MatMulInteger with the scales multiplied behind; ranges are found at run time. Needs no
/// calibration.
std::vector<LayerQuantization> quantize_dynamic_int8(Graph& graph, const WeightOptions& options,
                                                     const std::set<std::string>& keep_float);

}  // namespace pare
