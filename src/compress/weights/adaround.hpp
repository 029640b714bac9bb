#pragma once

#include "base/progress.hpp"
#include "compress/weights/grid.hpp"

namespace pare {

struct AdaroundOptions {
  int iterations = 1000;
  double rate = 0.01;      ///< of Adam
  double rounding = 0.01;  ///< weight of the term that drives towards 0 or 1
  double warm_up = 0.2;    ///< share of the iterations without that term
};

/// Chooses for each weight the level below or above it so that the outputs for inputs with second
/// moments H = E[x x'] [columns, columns] move the least: soft rounding by a stretched sigmoid,
/// Adam, and a term that makes it hard in the end. Then single weights are turned over as long as
/// that lowers the loss (not in the paper). Scales are those that the grid's rule finds first. A
/// row that would be worse than rounded to nearest is rounded to nearest. The same result for any
/// number of threads. Source: arXiv:2004.10568, with the layer's loss written by H.
CodedWeights adaround(const WeightMatrix& w, std::span<const double> h, const WeightGrid& grid,
                      const AdaroundOptions& options = {});

}  // namespace pare
