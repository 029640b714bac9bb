#pragma once

#include <vector>

#include "ir/op.hpp"

namespace pare::ops {

/// seq(element) and optional(element).
ValueType sequence_of(ValueType element);
ValueType optional_of(ValueType element);
/// What a sequence or optional holds; nothing known when it is another kind.
ValueType held_type(const ValueType& type);
/// What holds for values of both types: where they differ, less is known.
ValueType common_type(const ValueType& a, const ValueType& b);

/// Position `index` of a list of `size` values, counted from the end when negative; `end` allows
/// size itself. Fault::corrupt outside.
std::size_t sequence_position(const AttributeReader& a, const Tensor& index, std::size_t size,
                              bool end = false);

/// Tensors of one type one behind the other along `axis`; Fault::corrupt when they do not fit.
Tensor concatenated(const AttributeReader& a, const std::vector<Tensor>& parts, std::size_t axis);
/// The elements of a sequence, which must be tensors.
std::vector<Tensor> tensors_in(const RuntimeValue& sequence);

/// No arithmetic; sequences share the storage of their elements.
Cost free_of_cost(const ShapeContext& c);

}  // namespace pare::ops
