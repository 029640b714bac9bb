#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "tensor/tensor.hpp"

namespace pare {

/// What a value of a graph holds while it runs: a tensor, a list of values (ONNX sequence), a map
/// from numbers or strings to values, or nothing. Nothing is both an omitted input and an empty
/// optional; an optional that holds something is that thing. Copies share their storage.
class RuntimeValue {
 public:
  RuntimeValue() = default;
  RuntimeValue(Tensor tensor)  // NOLINT: a tensor is a value
      : tensor_(std::move(tensor)) {}
  static RuntimeValue sequence(std::vector<RuntimeValue> elements);
  /// Keys int64 or string [N], values [N]. Errors: Fault::corrupt when the counts differ.
  static RuntimeValue map(Tensor keys, Tensor values);

  [[nodiscard]] bool valid() const noexcept { return is_tensor() || is_sequence() || is_map(); }
  [[nodiscard]] bool is_tensor() const noexcept { return tensor_.valid() && keys_ == nullptr; }
  [[nodiscard]] bool is_sequence() const noexcept { return elements_ != nullptr; }
  [[nodiscard]] bool is_map() const noexcept { return keys_ != nullptr; }

  /// Errors of the four: Fault::corrupt, saying what was wanted and what is there.
  [[nodiscard]] const Tensor& tensor() const;
  [[nodiscard]] const std::vector<RuntimeValue>& elements() const;
  [[nodiscard]] const Tensor& keys() const;
  [[nodiscard]] const Tensor& values() const;
  /// For who makes the value, before sharing it. Fault::corrupt when it is no tensor.
  [[nodiscard]] Tensor& mutable_tensor();

  /// "a tensor", "a sequence", "a map", "nothing".
  [[nodiscard]] const char* kind_text() const noexcept;

 private:
  Tensor tensor_;  // of a map: the values
  std::shared_ptr<const Tensor> keys_;
  std::shared_ptr<const std::vector<RuntimeValue>> elements_;
};

/// Equal kinds and equal contents, as identical() for tensors; maps with their keys in equal order.
bool identical(const RuntimeValue& a, const RuntimeValue& b);

/// Tensors as values, and back. Errors of tensors_of: Fault::unsupported naming the first that is
/// a sequence or a map; nothing becomes an invalid tensor.
std::vector<RuntimeValue> values_of(std::vector<Tensor> tensors);
std::vector<Tensor> tensors_of(std::vector<RuntimeValue> values);

}  // namespace pare
