#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.hpp"

namespace pare {

/// A number format under the name that a container of tensors has for it.
struct StoredType {
  std::uint32_t id = 0;   ///< its number in the file, where the container numbers its types
  std::string_view name;  ///< "Q4_K", "F8_E4M3"
  std::size_t values = 1;
  std::size_t bytes = 1;  ///< of that many values
  DType dtype;            ///< invalid: pare knows the size and cannot decode it

  [[nodiscard]] double bits_per_value() const noexcept {
    return 8.0 * static_cast<double>(bytes) / static_cast<double>(values);
  }
};

/// A tensor that is to be written: everything but its bytes.
struct PlannedTensor {
  std::string name;
  const StoredType* type = nullptr;
  Shape shape;  ///< outermost first
};

/// A tensor of a mapped file.
struct StoredTensor {
  std::string name;
  const StoredType* type = nullptr;
  Shape shape;                       ///< outermost first
  std::span<const std::byte> bytes;  ///< live as long as what they were parsed from
  std::size_t file = 0;              ///< which of the files of a set has it
};

/// Number of values of a shape from an untrusted file, without the limits that Tensor has.
/// Errors: Fault::corrupt for a negative size and where the product of the sizes (empty ones
/// counted as 1) does not fit.
std::uint64_t checked_count(const Shape& shape);

/// Bytes that `shape` takes in that type. Errors as checked_count(), and Fault::corrupt where the
/// values do not fill whole blocks.
std::uint64_t checked_bytes(const StoredType& type, const Shape& shape);

/// The tensor as a view of its file, which `owner` keeps alive; a copy where the file does not
/// align it to 8 bytes. Errors: Fault::unsupported naming a type that cannot be decoded,
/// Fault::corrupt for truth values other than 0 and 1.
Tensor load_tensor(const StoredTensor& tensor, const std::shared_ptr<const void>& owner);

/// "tensor 'blk.0.attn_q.weight' [64,64] Q4_K", with what a terminal would take for commands
/// escaped.
std::string describe(std::string_view name, const StoredType& type, const Shape& shape);

}  // namespace pare
