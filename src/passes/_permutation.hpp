#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/graph.hpp"

namespace pare::passes {

using Permutation = std::vector<std::int64_t>;

/// Of a Transpose; nullopt when it is none, not valid or its rank is unknown.
std::optional<Permutation> permutation_of(const Node& transpose);
/// y = transpose(transpose(x, first), second) = transpose(x, chained).
Permutation chained(const Permutation& first, const Permutation& second);
Permutation inverse(const Permutation& p);
/// transpose(data, p). Its rank is p's.
Tensor permuted(const Tensor& data, const Permutation& p);

}  // namespace pare::passes
