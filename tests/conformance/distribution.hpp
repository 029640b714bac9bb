#pragma once

#include "conformance/item.hpp"

namespace pare::conformance {

/// So many numbers tell something about the distribution they are drawn from.
inline constexpr std::int64_t kEnoughToJudge = 32;

/// Whether an output is judged by distribution: a tensor of numbers with enough elements.
bool has_distribution(const Item& want);

/// "" when `got` may come from the distribution of `want`: equal kinds, shapes and types, and,
/// where the wanted output has enough elements, a mean and a spread within five standard errors of
/// the wanted ones (of booleans, and of zeros and ones alone, the share of ones). Else what
/// differs.
std::string distribution_difference(const Item& want, const Item& got);

/// "" when y is x with elements set to zero and the others divided by 1 - ratio, about the share
/// `ratio` of them when there are enough; and the mask, when there is one, true where y is kept.
/// Holds for every element, however few there are.
std::string dropout_difference(const Tensor& x, double ratio, const Tensor& y, const Tensor* mask);

}  // namespace pare::conformance
