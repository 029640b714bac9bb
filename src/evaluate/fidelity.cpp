#include "evaluate/fidelity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "evaluate/metrics.hpp"

namespace pare {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Single numbers count as the same up to this share of the greatest magnitude.
constexpr double kSameNumber = 0.01;

double same_numbers(const std::vector<double>& a, const std::vector<double>& b, bool exactly) {
  double peak = 0;
  for (const double x : a) peak = std::max(peak, std::abs(x));
  const double allowed = exactly ? 0 : kSameNumber * peak;
  std::int64_t same = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool nowhere = std::isnan(a[i]) && std::isnan(b[i]);
    same += nowhere || std::abs(a[i] - b[i]) <= allowed || a[i] == b[i] ? 1 : 0;
  }
  return static_cast<double>(same) / static_cast<double>(a.size());
}

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

double same_answers(const Tensor& reference, const Tensor& other) {
  if (reference.shape() != other.shape()) {
    throw Error(Fault::usage, cat("cannot compare ", to_string(reference.shape()), " with ",
                                  to_string(other.shape())));
  }
  if (reference.empty()) return 1;
  const Shape& shape = reference.shape();
  const auto last = std::find_if(shape.rbegin(), shape.rend(), [](auto n) { return n > 1; });
  const auto row = static_cast<std::size_t>(last == shape.rend() ? 1 : *last);
  if (!reference.type().is_float() || row == 1) {
    return same_numbers(reference.to_doubles(), other.to_doubles(), !reference.type().is_float());
  }
  const std::vector<float> a = reference.to_floats();
  const std::vector<float> b = other.to_floats();
  std::int64_t same = 0;
  for (std::size_t at = 0; at < a.size(); at += row) {
    const auto answer = [&](const std::vector<float>& v) {
      return top_class(std::span(v).subspan(at, row));
    };
    same += answer(a) == answer(b) ? 1 : 0;
  }
  return static_cast<double>(same) * static_cast<double>(row) / static_cast<double>(a.size());
}

}  // namespace pare
