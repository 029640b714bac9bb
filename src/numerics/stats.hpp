#pragma once

#include <cstdint>
#include <span>

namespace pare {

/// How far values lie from a reference, collected piece by piece in double precision. Equal
/// infinities and pairs of NaN count as equal; any other pair with a non-finite member is counted
/// in nonfinite() and left out of the sums.
class ErrorStats {
 public:
  /// Adds pairs. Errors: Fault::internal when the lengths differ.
  void add(std::span<const float> reference, std::span<const float> values);
  void add(std::span<const double> reference, std::span<const double> values);
  /// Adds what another one has collected.
  void merge(const ErrorStats& other) noexcept;

  [[nodiscard]] std::int64_t count() const noexcept { return count_; }
  /// Pairs where only one side is finite, or both are not and differ.
  [[nodiscard]] std::int64_t nonfinite() const noexcept { return nonfinite_; }
  /// 10 log10(sum r^2 / sum (v - r)^2): +infinity without error, -infinity when only r is zero;
  /// NaN when nothing finite was added or nonfinite() > 0.
  [[nodiscard]] double sqnr_db() const noexcept;
  /// sum r v / (|r| |v|); 1 when both are zero, 0 when one is; NaN as above.
  [[nodiscard]] double cosine() const noexcept;
  [[nodiscard]] double max_abs_error() const noexcept { return max_error_; }
  [[nodiscard]] double mean_abs_error() const noexcept;
  [[nodiscard]] double mean_squared_error() const noexcept;
  /// Greatest |r| and |v| seen.
  [[nodiscard]] double max_abs_reference() const noexcept { return max_reference_; }
  [[nodiscard]] double max_abs_value() const noexcept { return max_value_; }

 private:
  void add_pair(double r, double v) noexcept;
  [[nodiscard]] bool defined() const noexcept { return nonfinite_ == 0 && count_ > 0; }

  std::int64_t count_ = 0;
  std::int64_t nonfinite_ = 0;
  double reference_squares_ = 0;
  double value_squares_ = 0;
  double products_ = 0;
  double error_squares_ = 0;
  double error_sum_ = 0;
  double max_error_ = 0;
  double max_reference_ = 0;
  double max_value_ = 0;
};

/// ErrorStats of two arrays at once.
ErrorStats compare(std::span<const float> reference, std::span<const float> values);

}  // namespace pare
