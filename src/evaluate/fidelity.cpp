#include "evaluate/fidelity.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace pare {

void Fidelity::add(const Tensor& reference, const Tensor& other) {
  if (reference.shape() != other.shape()) {
    throw Error(Fault::usage, cat("cannot compare ", to_string(reference.shape()), " with ",
                                  to_string(other.shape())));
  }
  const std::vector<double> a = reference.to_doubles();
  const std::vector<double> b = other.to_doubles();
  for (std::size_t i = 0; i < a.size(); ++i) {
    ++count_;
    const bool same = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]));
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) {
      if (!same) noise_ = max_abs_ = std::numeric_limits<double>::infinity();
      continue;
    }
    const double error = a[i] - b[i];
    signal_ += a[i] * a[i];
    noise_ += error * error;
    dot_ += a[i] * b[i];
    other_ += b[i] * b[i];
    max_abs_ = std::max(max_abs_, std::abs(error));
    peak_ = std::max(peak_, std::abs(a[i]));
  }
}

double Fidelity::sqnr_db() const {
  if (count_ == 0) return std::numeric_limits<double>::quiet_NaN();
  if (noise_ == 0) return std::numeric_limits<double>::infinity();
  if (std::isinf(noise_)) return -std::numeric_limits<double>::infinity();
  return 10 * std::log10(signal_ / noise_);
}

double Fidelity::cosine() const {
  if (signal_ == 0 || other_ == 0) return std::numeric_limits<double>::quiet_NaN();
  return dot_ / (std::sqrt(signal_) * std::sqrt(other_));
}

}  // namespace pare
