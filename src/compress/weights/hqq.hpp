#pragma once

#include "compress/weights/grid.hpp"

namespace pare {

struct HqqOptions {
  int iterations = 20;
  double power = 0.7;  ///< p of the norm that is minimised: below 1, outliers count little
  double beta = 10;    ///< weight of the splitting; grows by a hundredth each time
};

/// Whole-number weights with a zero point between the levels, found by half-quadratic splitting so
/// that |w - q|^p is small; needs no data. Scales stay those of the range of each group. Source:
/// Badri and Shaji, Half-Quadratic Quantization, 2023. Errors: Fault::config for grids of other
/// than whole numbers.
CodedWeights hqq(const WeightMatrix& w, WeightGrid grid, const HqqOptions& options = {});

}  // namespace pare
