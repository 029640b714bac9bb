#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "compress/calibrate.hpp"
#include "ir/graph.hpp"
#include "pare/pare.hpp"
#include "tensor/tensor.hpp"

namespace pare {

/// A copy of what the caller lent. Fault::usage when shape, type and byte count do not fit
/// together.
Tensor to_tensor(const InputArray& array);
/// The inputs in the order of the graph's. Fault::usage for unknown, repeated and missing names.
std::vector<Tensor> to_tensors(const Graph& graph, std::span<const InputArray> inputs);
Array to_array(const std::string& name, const Tensor& tensor);
Port to_port(const Value& value);
ElementType to_element_type(DType type) noexcept;

/// Calibration batches that a caller keeps in memory.
std::unique_ptr<BatchSource> batches_of(const Graph& graph,
                                        const std::vector<std::vector<InputArray>>& batches);

}  // namespace pare
