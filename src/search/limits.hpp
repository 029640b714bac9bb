#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pare {

/// What the user asks of the result. Absent = no such limit.
struct Limits {
  std::optional<double> min_accuracy;  ///< share, 0..1
  std::optional<double> max_drop;      ///< share of accuracy that may be lost, 0..1
  std::optional<double> max_latency_ms;
  std::optional<std::uint64_t> max_size_bytes;
  std::optional<double> max_size_share;  ///< of the original file, 0..1
  std::optional<std::uint64_t> max_memory_bytes;

  [[nodiscard]] bool none() const noexcept {
    return !min_accuracy && !max_drop && !max_latency_ms && !max_size_bytes && !max_size_share &&
           !max_memory_bytes;
  }
  /// "accuracy >= 90 %, size <= 5.00 MB".
  [[nodiscard]] std::string text() const;
};

/// Sets max_size from "5MB" or "30%". Fault::usage otherwise.
void parse_max_size(std::string_view text, Limits& limits);

/// What a candidate showed.
struct Figures {
  double accuracy = 0;           ///< share; agreement with the original without labels
  double baseline_accuracy = 0;  ///< of the original, on the same samples
  double latency_ms = 0;
  std::uint64_t bytes = 0;
  std::uint64_t baseline_bytes = 0;
  std::uint64_t memory_bytes = 0;
};

/// One limit held against a candidate.
struct LimitVerdict {
  std::string name;  ///< "min_accuracy", "max_drop", "max_latency", "max_size", "max_memory"
  std::string unit;  ///< "share", "ms", "bytes"
  double wanted = 0;
  double got = 0;
  bool met = false;
  double missed_by = 0;  ///< in `unit`, 0 when met
};

/// All limits that were set, in the order of Limits.
std::vector<LimitVerdict> judge(const Limits& limits, const Figures& figures);
[[nodiscard]] bool all_met(const std::vector<LimitVerdict>& verdicts) noexcept;
/// Sum over the missed limits of how far each is missed relative to what was wanted: the measure
/// of "closest" when nothing meets all of them.
[[nodiscard]] double distance(const std::vector<LimitVerdict>& verdicts) noexcept;
/// "size 1.20 MB is above 1.00 MB by 200.00 kB".
std::string explain(const LimitVerdict& verdict);

}  // namespace pare
