#include "ops/_fft.hpp"

#include <cmath>
#include <utility>

#include "base/error.hpp"

namespace pare::ops {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr std::size_t kShort = 16;  // up to here the plain sums are as fast

/// exp(2 pi i k / n), of an angle below a whole turn.
Fft::Number turn(std::uint64_t k, std::uint64_t n, bool inverse) {
  const double angle = 2 * kPi * static_cast<double>(k % n) / static_cast<double>(n);
  return std::polar(1.0, inverse ? angle : -angle);
}

bool is_power_of_two(std::size_t n) { return (n & (n - 1)) == 0; }

}  // namespace

Fft::Fft(std::int64_t n, bool inverse) : n_(static_cast<std::size_t>(n)) {
  require(n >= 1 && n <= (std::int64_t{1} << 31), "Fft: bad length");
  if (n_ <= kShort || is_power_of_two(n_)) {
    for (std::size_t k = 0; k < n_; ++k) roots_.push_back(turn(k, n_, inverse));
    return;
  }
  std::size_t size = 1;
  while (size < 2 * n_ - 1) size *= 2;
  // j k = (j^2 + k^2 - (k - j)^2) / 2 makes the transform a convolution with a chirp.
  spectrum_.resize(size);
  for (std::size_t k = 0; k < n_; ++k) {
    roots_.push_back(turn(k * k % (2 * n_), 2 * n_, inverse));
    spectrum_[k] = std::conj(roots_[k]);
    if (k > 0) spectrum_[size - k] = spectrum_[k];
  }
  forward_ = std::make_unique<Fft>(static_cast<std::int64_t>(size), false);
  backward_ = std::make_unique<Fft>(static_cast<std::int64_t>(size), true);
  forward_->run(spectrum_);
}

Fft::~Fft() = default;
Fft::Fft(Fft&&) noexcept = default;
Fft& Fft::operator=(Fft&&) noexcept = default;

void Fft::run(std::vector<Number>& x) {
  require(x.size() == n_, "Fft: wrong length");
  if (forward_ != nullptr) {
    convolve(x);
  } else if (n_ <= kShort) {
    sum(x);
  } else {
    butterflies(x);
  }
}

void Fft::sum(std::vector<Number>& x) {
  buffer_.assign(n_, 0);
  for (std::size_t k = 0; k < n_; ++k) {
    for (std::size_t j = 0; j < n_; ++j) buffer_[k] += x[j] * roots_[j * k % n_];
  }
  std::swap(x, buffer_);
}

void Fft::butterflies(std::vector<Number>& x) const {
  for (std::size_t i = 1, j = 0; i < n_; ++i) {  // j: the bits of i in reverse order
    std::size_t bit = n_ / 2;
    for (; (j & bit) != 0; bit /= 2) j ^= bit;
    j |= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  for (std::size_t half = 1; half < n_; half *= 2) {
    const std::size_t step = n_ / (2 * half);
    for (std::size_t start = 0; start < n_; start += 2 * half) {
      for (std::size_t k = 0; k < half; ++k) {
        const Number even = x[start + k];
        const Number odd = x[start + k + half] * roots_[k * step];
        x[start + k] = even + odd;
        x[start + k + half] = even - odd;
      }
    }
  }
}

void Fft::convolve(std::vector<Number>& x) {
  buffer_.assign(spectrum_.size(), 0);
  for (std::size_t k = 0; k < n_; ++k) buffer_[k] = x[k] * roots_[k];
  forward_->run(buffer_);
  for (std::size_t k = 0; k < buffer_.size(); ++k) buffer_[k] *= spectrum_[k];
  backward_->run(buffer_);
  const auto scale = 1.0 / static_cast<double>(buffer_.size());
  for (std::size_t k = 0; k < n_; ++k) x[k] = buffer_[k] * roots_[k] * scale;
}

}  // namespace pare::ops
