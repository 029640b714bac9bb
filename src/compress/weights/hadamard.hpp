#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/rng.hpp"
#include "compress/weights/grid.hpp"

namespace pare {

/// A Hadamard matrix of order n, n x n of +1 and -1 with H H' = n I, by Paley's constructions: I
/// for n - 1 a prime of the form 4k + 3 (4, 8, 12, 20, 24, 32, 44, 48 ...), II for n / 2 - 1 a
/// prime of the form 4k + 1 (12, 28, 36, 60 ...); n = 1 and 2 by themselves. Empty for other n.
/// Source: R. E. A. C. Paley, On orthogonal matrices, 1933.
std::vector<std::int8_t> paley_matrix(std::int64_t n);

/// x <- x W, W the Walsh-Hadamard matrix of order x.size(), a power of two; without a factor. In
/// n log n steps.
void walsh_hadamard(std::span<double> x);

/// An orthogonal matrix Q = diag(s) H / sqrt(n): s random signs, H Hadamard of order n = K 2^m, the
/// Kronecker product of Paley's of order K, at most 512, and the Walsh-Hadamard one. It spreads a
/// large channel over all others, so that a grid of few levels loses less. Everything in float64.
/// Source: arXiv:2404.00456.
class Rotation {
 public:
  /// Errors: Fault::unsupported when no Hadamard matrix of order n is known here.
  Rotation(std::int64_t n, Rng rng);
  static bool exists(std::int64_t n);

  [[nodiscard]] std::int64_t size() const noexcept { return size_; }
  /// x <- x Q for a row of size() numbers.
  void apply(std::span<double> x) const;
  /// x <- x Q', which undoes apply().
  void undo(std::span<double> x) const;

 private:
  void multiply(std::span<double> x, bool transposed) const;

  std::int64_t size_ = 0;
  std::int64_t outer_ = 0;          // K
  std::vector<std::int8_t> paley_;  // [K, K]
  std::vector<double> signs_;       // s / sqrt(n)
};

/// Rows of w times Q: with inputs x Q, products stay what they were, as (x Q)(w Q)' = x w'.
WeightMatrix rotated(WeightMatrix w, const Rotation& q);

}  // namespace pare
