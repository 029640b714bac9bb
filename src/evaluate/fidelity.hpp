#pragma once

#include <cstdint>
#include <limits>

#include "tensor/tensor.hpp"

namespace pare {

/// How close values are to reference values, over any number of tensors.
class Fidelity {
 public:
  /// Errors: Fault::usage when the shapes differ. A value that is not finite in one tensor and not
  /// the same in the other makes the error infinite.
  void add(const Tensor& reference, const Tensor& other);

  [[nodiscard]] std::int64_t count() const noexcept { return count_; }
  /// 10 log10(signal / noise): infinite when equal, -infinite without signal, NaN without values.
  [[nodiscard]] double sqnr_db() const;
  /// 1 for equal directions; NaN when one side is all zero.
  [[nodiscard]] double cosine() const;
  [[nodiscard]] double max_abs() const noexcept { return max_abs_; }
  /// Greatest magnitude of a reference value.
  [[nodiscard]] double peak() const noexcept { return peak_; }

 private:
  std::int64_t count_ = 0;
  double signal_ = 0;
  double noise_ = 0;
  double dot_ = 0;
  double other_ = 0;
  double max_abs_ = 0;
  double peak_ = 0;
};

}  // namespace pare
