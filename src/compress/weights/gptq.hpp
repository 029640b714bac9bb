#pragma once

#include "compress/weights/grid.hpp"

namespace pare {

struct GptqOptions {
  bool act_order = false;      ///< columns with the largest inputs first
  bool static_groups = false;  ///< scales of groups from the weights as they were
  double damping = 0.01;       ///< of the mean of the diagonal, added to it
  std::int64_t block = 128;    ///< columns whose corrections are applied together
};

struct GptqResult {
  CodedWeights coded;
  double damping = 0;     ///< that made the factorization possible
  std::int64_t dead = 0;  ///< columns whose input is always zero
};

/// Rounds the columns one by one and corrects those that are left for the error made so far, so
/// that the outputs for inputs with second moments H = E[x x'] [columns, columns] move the least.
/// Columns whose input is always zero become zero. Where H cannot be factorized, the damping is
/// raised tenfold (none: to 1e-4), at most three times. With act_order, scales of groups are always
/// those of the weights as they were: a group would else need an index at run time. The same result
/// for any number of threads. Errors: Fault::corrupt for weights or moments that are not finite;
/// Fault::unsupported when that does not help either. Source: arXiv:2210.17323.
GptqResult gptq(const WeightMatrix& w, std::span<const double> h, const WeightGrid& grid,
                const GptqOptions& options = {});

/// Upper triangular U with U' U = (H + damping mean(diag H) I)^-1, [n, n]; empty when the matrix is
/// not positive definite.
std::vector<double> inverse_factor(std::span<const double> h, std::int64_t n, double damping);

}  // namespace pare
