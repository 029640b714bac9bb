#pragma once

// Small sequences for the tests of the operators that make and read them.

#include "ops/op_test.hpp"

namespace pare {

inline Tensor row(const std::vector<float>& values) {
  return Tensor::of<float>({static_cast<std::int64_t>(values.size())}, values);
}

/// [1], [2, 3], [4, 5, 6].
inline RuntimeValue three_rows() {
  return RuntimeValue::sequence({row({1}), row({2, 3}), row({4, 5, 6})});
}

inline Tensor index_of(std::int64_t i) { return Tensor::scalar<std::int64_t>(i); }

/// The first value of each element.
inline std::vector<float> heads(const RuntimeValue& sequence) {
  std::vector<float> out;
  for (const RuntimeValue& v : sequence.elements()) out.push_back(v.tensor().to_floats().at(0));
  return out;
}

inline ValueType held_in(ValueType::Kind kind, ValueType element) {
  ValueType out;
  out.kind = kind;
  out.element = std::make_shared<const ValueType>(std::move(element));
  return out;
}

}  // namespace pare
