#pragma once

#include "runtime/plan.hpp"

namespace pare {

/// What a step really does: the operations of the nodes it covers, and the bytes that it reads and
/// writes as they are in memory. Values between fused nodes count nothing, 8-bit values one byte,
/// packed weights (`weight_bytes`) their own size. A node on its own that reads a part of its
/// input (Gather) counts what its operator says.
Cost step_cost(const Step& step, const Plan& plan, const OpRegistry& ops, std::size_t weight_bytes);

}  // namespace pare
