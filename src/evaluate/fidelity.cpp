#include "evaluate/fidelity.hpp"

#include <limits>

namespace pare {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

void Fidelity::add(const Tensor& reference, const Tensor& other) {
  if (reference.shape() != other.shape()) {
    throw Error(Fault::usage, cat("cannot compare ", to_string(reference.shape()), " with ",
                                  to_string(other.shape())));
  }
  if (reference.kind() == ElementKind::f32 && other.kind() == ElementKind::f32) {
    stats_.add(reference.data<float>(), other.data<float>());
  } else {
    stats_.add(reference.to_doubles(), other.to_doubles());
  }
}

double Fidelity::sqnr_db() const noexcept {
  return stats_.nonfinite() > 0 ? -kInfinity : stats_.sqnr_db();
}

double Fidelity::max_abs() const noexcept {
  return stats_.nonfinite() > 0 ? kInfinity : stats_.max_abs_error();
}

}  // namespace pare
