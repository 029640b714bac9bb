#pragma once

#include "compress/weights/grid.hpp"

namespace pare {

/// Factors s_j by which inputs are divided and weight columns multiplied, so that both are easy to
/// quantize: amax(x_j)^alpha / amax(w_j)^(1 - alpha), 1 where either is zero. `input_amax` and the
/// result: one a column. Source: arXiv:2211.10438.
std::vector<float> smooth_scales(const WeightMatrix& w, std::span<const float> input_amax,
                                 double alpha);

struct AwqScales {
  std::vector<float> factors;  ///< one a column, as smooth_scales
  double alpha = 0;
  double error = 0;     ///< output_error of the rounded weights with these factors
  double unscaled = 0;  ///< and without
};

/// The factors mean|x_j|^alpha, normalised by sqrt(greatest * least), with the alpha of 0, 1/20 ...
/// 19/20 that moves the outputs least when the multiplied weights are rounded to `grid`. Never
/// worse than without. `h` = E[x x']. Source: arXiv:2306.00978.
AwqScales awq_scales(const WeightMatrix& w, std::span<const double> h,
                     std::span<const float> mean_abs, const WeightGrid& grid);

/// Columns multiplied by factors.
WeightMatrix scaled_columns(WeightMatrix w, std::span<const float> factors);

}  // namespace pare
