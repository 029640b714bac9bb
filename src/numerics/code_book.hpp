#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace pare {

/// Up to 256 values that stand for all others, each number for the nearest (half way: the lower).
class CodeBook {
 public:
  static constexpr std::size_t kMaxEntries = 256;

  /// Errors: Fault::usage unless there are 1 to 256 finite values, each above the one before.
  explicit CodeBook(std::vector<float> values);

  [[nodiscard]] std::span<const float> values() const noexcept { return values_; }
  /// entries - 1 of them: x belongs above entry i when x > thresholds()[i].
  [[nodiscard]] std::span<const float> thresholds() const noexcept { return thresholds_; }

  /// The number of the nearest entry; NaN counts as 0. Lengths must agree.
  void encode(std::span<const float> x, std::span<std::uint8_t> codes) const;
  /// Errors: Fault::corrupt when a code has no entry.
  void decode(std::span<const std::uint8_t> codes, std::span<float> x) const;

 private:
  std::vector<float> values_;
  std::vector<float> thresholds_;
};

/// The code book of least sum of weight * (value - entry)^2: k-means in one dimension (`weights`
/// empty: all 1). Exact up to 4096 distinct values, by dynamic programming over sorted values; for
/// more the program chooses among 4096 borders, which Lloyd's iteration then moves to the nearest
/// minimum. Deterministic; fewer distinct values than `entries` (1 to 256) give a shorter book.
/// Errors: Fault::usage for bad `entries`, values that are not finite, lengths that differ, weights
/// that are negative, not finite or all 0.
[[nodiscard]] CodeBook fit_code_book(std::span<const float> values, std::size_t entries,
                                     std::span<const float> weights = {});

}  // namespace pare
