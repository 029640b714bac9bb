#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "ir/op.hpp"

namespace pare::ops {

/// The body that attribute `name` holds, with that many inputs and outputs. Fault::corrupt else.
inline std::shared_ptr<Graph> body_of(const AttributeReader& a, std::string_view name,
                                      std::size_t inputs, std::size_t outputs) {
  const auto* graph = a.node().attribute_as<std::shared_ptr<Graph>>(name);
  if (graph == nullptr || *graph == nullptr) a.fail(cat("no ", name));
  if ((*graph)->inputs().size() != inputs || (*graph)->outputs().size() != outputs) {
    a.fail(cat(name, " has ", (*graph)->inputs().size(), " inputs and ", (*graph)->outputs().size(),
               " outputs, wanted ", inputs, " and ", outputs));
  }
  return *graph;
}

/// Tensors of one shape along a new dimension `axis` of size parts.size(). Without any the result
/// has `type`, and the shape of it as far as it is known.
Tensor stacked(const AttributeReader& a, const std::vector<Tensor>& parts, std::int64_t axis,
               const ValueType& type);

/// Slice i of dimension `axis`, without that dimension.
Tensor slice_of(const Tensor& x, std::size_t axis, std::int64_t i);

/// Infers the body for values carried from step to step: `types` (of its inputs) loses the sizes
/// that change, until nothing changes any more. The outputs from `first` on are carried into the
/// inputs from `into` on. Returns the types of the outputs.
std::vector<ValueType> infer_steps(ShapeContext& c, Graph& body, std::vector<ValueType>& types,
                                   std::size_t into, std::size_t first, std::size_t carried);

}  // namespace pare::ops
