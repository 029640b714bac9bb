#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

namespace pare {

/// A 95 % interval.
struct ConfidenceInterval {
  double low = 0;
  double high = 0;
};

/// 97.5 % point of the normal distribution.
inline constexpr double kNormal975 = 1.959963984540054;

/// Wilson's score interval for a share of `hits` in `n`; [0, 1] for n = 0. Source: Wilson 1927.
ConfidenceInterval wilson(std::int64_t hits, std::int64_t n, double z = kNormal975);

/// ConfidenceInterval for the change of accuracy from a first to a second model on the same n
/// samples: `lost` samples only the first had right, `won` only the second. Source: Agresti and Min
/// 2005 (half a sample added to each cell of the table). [-1, 1] for n = 0.
struct PairedChange {
  double change = 0;  ///< (won - lost) / n
  ConfidenceInterval interval;
};
PairedChange paired_change(std::int64_t won, std::int64_t lost, std::int64_t n);

/// Index of the greatest score, the first of equals; NaN counts as less than everything. -1 when
/// there is none but NaN.
std::int64_t top_class(std::span<const float> scores);
/// How many classes stand before `label` when sorted by score (equal scores: by index, NaN last).
std::int64_t rank_of(std::span<const float> scores, std::int64_t label);

/// Counts of a classifier's answers.
class ClassCounts {
 public:
  /// Errors: Fault::usage when `label` is not one of the scores.
  void add(std::span<const float> scores, std::int64_t label);
  /// An answer without scores (top5 then equals top1).
  void add_answer(std::int64_t predicted, std::int64_t label);

  [[nodiscard]] std::int64_t samples() const noexcept { return samples_; }
  [[nodiscard]] std::int64_t top1_hits() const noexcept { return top1_; }
  [[nodiscard]] std::int64_t top5_hits() const noexcept { return top5_; }
  [[nodiscard]] double top1() const noexcept { return share(top1_); }
  [[nodiscard]] double top5() const noexcept { return share(top5_); }
  /// Mean over the classes that occur as label or answer of 2 TP / (2 TP + FP + FN).
  [[nodiscard]] double macro_f1() const;

 private:
  struct Cell {
    std::int64_t hits = 0;
    std::int64_t labels = 0;
    std::int64_t answers = 0;
  };
  [[nodiscard]] double share(std::int64_t hits) const noexcept {
    return samples_ > 0 ? static_cast<double>(hits) / static_cast<double>(samples_) : 0;
  }
  std::map<std::int64_t, Cell> cells_;  // bounded by the number of classes
  std::int64_t samples_ = 0;
  std::int64_t top1_ = 0;
  std::int64_t top5_ = 0;
};

}  // namespace pare
