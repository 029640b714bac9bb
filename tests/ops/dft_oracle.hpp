#pragma once

// The Fourier transform straight from its definition, for the tests of DFT and STFT.

#include <cmath>
#include <complex>
#include <vector>

namespace pare {

/// sum over j of x[j] exp(-+ 2 pi i j k / n), divided by n when inverse.
inline std::vector<std::complex<double>> plain_transform(const std::vector<std::complex<double>>& x,
                                                         bool inverse) {
  const double pi = std::acos(-1.0);
  const auto n = x.size();
  std::vector<std::complex<double>> y(n);
  for (std::size_t k = 0; k < n; ++k) {
    for (std::size_t j = 0; j < n; ++j) {
      const double part = static_cast<double>(j * k % n) / static_cast<double>(n);
      y[k] += x[j] * std::exp(std::complex<double>(0, (inverse ? 2 : -2) * pi * part));
    }
    if (inverse) y[k] /= static_cast<double>(n);
  }
  return y;
}

}  // namespace pare
