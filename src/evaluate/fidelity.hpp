#pragma once

#include <cstdint>

#include "numerics/stats.hpp"
#include "tensor/tensor.hpp"

namespace pare {

/// How close tensors of any number format are to reference tensors: ErrorStats in which a value
/// that is not finite on one side only makes the error infinite, so that results can be ordered.
class Fidelity {
 public:
  /// Errors: Fault::usage when the shapes differ, Fault::unsupported for text.
  void add(const Tensor& reference, const Tensor& other);

  [[nodiscard]] std::int64_t count() const noexcept { return stats_.count(); }
  /// 10 log10(signal / noise): infinite when equal, -infinite without signal; NaN without values.
  [[nodiscard]] double sqnr_db() const noexcept;
  /// 1 for equal directions.
  [[nodiscard]] double cosine() const noexcept { return stats_.cosine(); }
  [[nodiscard]] double max_abs() const noexcept;
  /// Greatest magnitude of a reference value.
  [[nodiscard]] double peak() const noexcept { return stats_.max_abs_reference(); }
  [[nodiscard]] const ErrorStats& stats() const noexcept { return stats_; }

 private:
  ErrorStats stats_;
};

/// Share of the rows (along the last dimension of more than one value) whose greatest value stands
/// at the same place. Where floats are no rows: of those that differ by at most one percent of the
/// greatest magnitude. Of integers: of equal ones. 1 for nothing.
/// Errors: Fault::usage when the shapes differ, Fault::unsupported for text.
double same_answers(const Tensor& reference, const Tensor& other);

}  // namespace pare
