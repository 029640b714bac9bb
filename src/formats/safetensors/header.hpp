#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "formats/container.hpp"

namespace pare::safetensors {

inline constexpr std::uint64_t kMostHeaderBytes = 100'000'000;
inline constexpr std::size_t kLengthBytes = 8;
inline constexpr std::size_t kMostRank = 64;

using Metadata = std::vector<std::pair<std::string, std::string>>;

/// One file.
struct Header {
  Metadata metadata;                  ///< `__metadata__`, in order of the file
  std::vector<StoredTensor> tensors;  ///< in order of their data
};

/// Whether the bytes may be the beginning of a file: a length within the limits, then a brace.
bool begins(std::span<const std::byte> head) noexcept;

/// Reads one file; tensors are views of `bytes`. Errors: Fault::corrupt with the tensor or the
/// position, what was wanted and what is there: names given twice, unknown or missing fields, text
/// that is not UTF-8, sizes that do not fit, holes, overlaps and bytes that belong to no tensor;
/// Fault::unsupported for unknown types.
/// Source: huggingface/safetensors, README and tensor.rs.
Header parse_header(std::span<const std::byte> bytes);

}  // namespace pare::safetensors
