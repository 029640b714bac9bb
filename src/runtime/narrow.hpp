#pragma once

#include <vector>

#include "runtime/kernel.hpp"

namespace pare {

/// Whether a unit is a convolution that the library runs in bfloat16, whether its result is stored
/// as float32 or as bfloat16.
bool is_bf16_convolution(const Unit& unit, PlanFacts& facts);

/// Values between such convolutions are held in bfloat16: their types are changed. A value is when
/// nothing but these convolutions read it, as their image or as what is added to their sums; what
/// is added and the sum are of one type.
void narrow_values(Graph& graph, const std::vector<Unit>& units, PlanFacts& facts);

}  // namespace pare
