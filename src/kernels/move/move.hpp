#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pare {

/// A fixed rearrangement: output element i is input element source[i], or a fill value where the
/// source is -1. Neighbours that stay neighbours are copied together.
class Moves {
 public:
  Moves(const std::vector<std::int64_t>& source, std::size_t element_bytes);
  /// `fill` holds one element; may be nullptr when no source is -1.
  void run(const std::byte* in, std::byte* out, const std::byte* fill) const;
  [[nodiscard]] std::size_t run_count() const noexcept { return runs_.size(); }

 private:
  struct Run {
    std::int64_t to = 0;
    std::int64_t from = 0;  ///< -1 = fill
    std::int64_t count = 0;
  };
  void copy(const Run& r, const std::byte* in, std::byte* out, const std::byte* fill) const;

  std::size_t element_bytes_;
  std::vector<Run> runs_;
  std::vector<std::int32_t> single_;  ///< instead of runs when they are short
};

}  // namespace pare
