#pragma once

#include <functional>
#include <vector>

#include "compress/weights/grid.hpp"

namespace pare {

/// W ~ left right.
struct LowRankFactors {
  WeightMatrix left;   ///< [rows, rank]
  WeightMatrix right;  ///< [rank, columns]

  [[nodiscard]] std::int64_t rank() const noexcept { return left.columns; }
};

/// Lower triangular F with F F' = H + d I, [n, n]: the whitening of inputs with second moments H =
/// E[x x']. d is 1e-10 of the mean of the diagonal, and grows tenfold until the sum is positive
/// definite. Empty for an empty H. Errors: Fault::corrupt when no d up to the mean itself helps.
/// Source: arXiv:2403.07378.
std::vector<double> whitening_factor(std::span<const double> h, std::int64_t n);

/// The best factors of every rank, for the outputs of a layer: with the singular value
/// decomposition U S V' of W F, factors of rank r leave the output error sum of S_i^2 over i >= r,
/// and no others of that rank leave less (Eckart and Young, 1936). They are U_r and U_r' W, so that
/// F is never inverted; each column and row are scaled to the same length. Computed by LAPACK in
/// float64 on one thread: the same bits whatever set_threads() says.
class TruncatedSvd {
 public:
  /// `whitening`: what whitening_factor() gives; empty: the error of the weights themselves counts.
  /// Errors: Fault::corrupt for weights that are not finite, or on which it does not converge.
  TruncatedSvd(const WeightMatrix& w, std::span<const double> whitening);

  /// Descending, min(rows, columns) of them.
  [[nodiscard]] const std::vector<double>& singular_values() const noexcept { return s_; }
  /// The least rank that keeps this share of the sum of squares.
  [[nodiscard]] std::int64_t rank_for(double share) const;
  /// Share of the sum of squares that factors of this rank lose.
  [[nodiscard]] double lost(std::int64_t rank) const;
  /// At most the rank of the weights.
  [[nodiscard]] LowRankFactors factors(std::int64_t rank) const;

 private:
  WeightMatrix w_;
  std::vector<double> u_;  ///< [rows, min(rows, columns)]
  std::vector<double> s_;
};

/// left right.
WeightMatrix product(const LowRankFactors& f);
/// w - left right.
WeightMatrix without(const WeightMatrix& w, const LowRankFactors& f);
/// The factors as float16 holds them.
LowRankFactors to_half(LowRankFactors f);

struct ResidualOptions {
  std::int64_t rank = 16;
  std::int64_t iterations = 8;  ///< of rounding and factoring what that loses; 0 = W itself only
  bool half = true;             ///< factors in float16
};

struct ResidualFactors {
  LowRankFactors factors;
  double error = 0;   ///< output_error of the rounded rest and the factors together
  double direct = 0;  ///< output_error of the rounded weights without factors
};

/// Factors L such that rounded(W - L) + L is near W. Starts with the best factors of W
/// (arXiv:2411.05007), then takes turns: those of what rounding loses, W - rounded(W - L)
/// (arXiv:2310.08659); keeps the best seen. `h` = E[x x'], empty: the error of the weights counts.
/// `rounded` empty: no turns, no errors.
ResidualFactors residual_factors(const WeightMatrix& w, std::span<const double> h,
                                 const ResidualOptions& options,
                                 const std::function<WeightMatrix(const WeightMatrix&)>& rounded);

}  // namespace pare
