#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.hpp"

namespace pare {

/// Whose names a checkpoint has for its facts and tensors.
enum class Naming : std::uint8_t { hugging_face, gguf };

/// The weights of a language model and what their file says about it, under the file's own names:
/// config.json with dots for nested objects ("rope_scaling.factor"), or the metadata of a GGUF file
/// without the architecture in front ("attention.head_count").
class Checkpoint {
 public:
  Checkpoint() = default;
  virtual ~Checkpoint() = default;
  Checkpoint(const Checkpoint&) = delete;
  Checkpoint& operator=(const Checkpoint&) = delete;

  [[nodiscard]] virtual Naming naming() const = 0;
  /// "llama": model_type, or general.architecture.
  [[nodiscard]] virtual std::string architecture() const = 0;

  /// Facts; nothing when the file does not say. Errors: Fault::corrupt for another type.
  [[nodiscard]] virtual std::optional<double> number(const std::string& key) const = 0;
  [[nodiscard]] virtual std::optional<bool> flag(const std::string& key) const = 0;
  [[nodiscard]] virtual std::optional<std::string> text(const std::string& key) const = 0;

  /// The shape of a tensor, outermost size first (a linear layer has [out, in]); nothing when there
  /// is none of that name.
  [[nodiscard]] virtual std::optional<Shape> shape(const std::string& tensor) const = 0;
  /// A view of the file where it can be one. Errors: Fault::unsupported for number formats that
  /// cannot be decoded, Fault::internal when there is no such tensor.
  [[nodiscard]] virtual Tensor load(const std::string& tensor) const = 0;
};

}  // namespace pare
