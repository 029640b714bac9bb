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

}  // namespace pare
