#pragma once

#include <vector>

#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare::ops {

/// Rows of `size` values each, normalised: (x - mean) / sqrt(var + epsilon) * scale + bias, or with
/// `centred` false x / sqrt(mean of x^2 + epsilon) * scale + bias.
struct RowNorm {
  std::vector<double> scale;  ///< [size]
  std::vector<double> bias;   ///< [size], or empty
  double epsilon = 0;
  bool centred = true;
};

struct RowStatistics {
  std::vector<double> mean;     ///< of every row; 0 when not centred
  std::vector<double> inverse;  ///< 1 / sqrt(...)
};

/// In place. No statistics of rows without values.
RowStatistics normalize_rows(std::vector<double>& x, const RowNorm& norm);

/// Statistics of that many rows without values: their mean is 0 / 0.
RowStatistics empty_statistics(const Shape& rows, bool centred);

/// The skip operators: y = norm(x + skip + bias). Input indices; 0 = the operator has none.
struct SkipInputs {
  std::size_t gamma = 2;
  std::size_t beta = 0;
  std::size_t bias = 0;
};
/// Outputs: y, mean, inverse deviation, x + skip + bias; the middle ones have 1 in the last
/// dimension.
void skip_norm_infer(ShapeContext& c);
void skip_norm_reference(OpCall& call, const SkipInputs& inputs, bool centred);
/// Gradients into all inputs from y and x + skip + bias; the statistics carry none.
void skip_norm_gradient(GradientContext& g, const SkipInputs& inputs, bool centred);
Cost norm_cost(const ShapeContext& c);

}  // namespace pare::ops
