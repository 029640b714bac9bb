#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <vector>

namespace pare::ops {

/// The discrete Fourier transform of one length n >= 1: y[k] = sum over j of x[j] w^(j k) with
/// w = exp(-2 pi i / n), or exp(2 pi i / n) when inverse (then not divided by n). Short lengths are
/// summed as they stand, powers of two by Cooley and Tukey, all others by Bluestein's convolution:
/// n log n operations for any n.
class Fft {
 public:
  using Number = std::complex<double>;

  Fft(std::int64_t n, bool inverse);
  ~Fft();
  Fft(Fft&&) noexcept;
  Fft& operator=(Fft&&) noexcept;
  /// In place; x has n elements. One thread at a time.
  void run(std::vector<Number>& x);

 private:
  void sum(std::vector<Number>& x);
  void butterflies(std::vector<Number>& x) const;
  void convolve(std::vector<Number>& x);

  std::size_t n_;
  std::vector<Number> roots_;     ///< w^k; of Bluestein: exp(-+ pi i k^2 / n)
  std::vector<Number> spectrum_;  ///< of the chirp of Bluestein
  std::vector<Number> buffer_;
  std::unique_ptr<Fft> forward_, backward_;  ///< of the power of two for Bluestein
};

}  // namespace pare::ops
