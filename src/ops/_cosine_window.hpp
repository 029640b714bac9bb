#pragma once

#include <vector>

#include "ops/_numbers.hpp"

namespace pare::ops {

/// Schema, shapes and cost of the windows that are sums of cosines.
OpDef cosine_window_def(const char* name, void (*reference)(OpCall&));

/// y[n] = sum over k of c[k] cos(2 pi k n / N) with N = size when periodic and size - 1 else; a
/// symmetric window of one element is its peak. Sets output 0.
void cosine_window_reference(OpCall& call, const std::vector<double>& c);

/// Results as `type`: integers lose their fractions, as Cast does it.
Tensor truncated(std::vector<double> values, const Shape& shape, DType type);

}  // namespace pare::ops
