#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "formats/container.hpp"
#include "formats/gguf/value.hpp"

namespace pare::gguf {

inline constexpr std::uint32_t kNewestVersion = 3;
inline constexpr std::uint64_t kDefaultAlignment = 32;
inline constexpr std::uint64_t kMostAlignment = std::uint64_t{1} << 30;
inline constexpr std::size_t kMostNameBytes = 63;
inline constexpr std::size_t kMostKeyBytes = 65535;
inline constexpr std::uint32_t kMostDims = 4;
inline constexpr std::string_view kAlignmentKey = "general.alignment";

/// Metadata of one name.
struct Entry {
  std::string key;
  Value value;
};

/// One file: what stands before the data, all of it checked.
struct Part {
  std::uint32_t version = 0;
  std::uint64_t alignment = kDefaultAlignment;
  std::vector<Entry> metadata;                        ///< in order of the file
  std::unordered_map<std::string, std::size_t> keys;  ///< where in `metadata`
  std::vector<StoredTensor> tensors;                  ///< in order of the file
  std::uint64_t data_begin = 0;                       ///< byte of the file
  std::uint64_t unused_bytes = 0;                     ///< behind the last tensor and its padding

  [[nodiscard]] const Value* find(const std::string& key) const;
};

/// Whether the bytes begin as a file of any version.
bool begins(std::span<const std::byte> head) noexcept;

/// Reads one file; tensors and metadata are views of `bytes`, which `owner` keeps alive.
/// `budget_bytes`: memory that names and tables may take; 0 = twice the file + 256 MiB.
/// Errors: Fault::corrupt with position, name, what was wanted and what is there;
/// Fault::unsupported for version 1, big-endian files and unknown types; Fault::resource where the
/// tables would take more than the budget.
/// Source: ggml, docs/gguf.md; the order of tensors is that which llama.cpp insists on.
Part parse_part(std::span<const std::byte> bytes, const std::shared_ptr<const void>& owner,
                std::uint64_t budget_bytes = 0);

/// `at` rounded up to a multiple of `alignment`. Errors: Fault::corrupt on overflow.
std::uint64_t aligned(std::uint64_t at, std::uint64_t alignment);

}  // namespace pare::gguf
