#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -8..8 in 64-bit words of base-17 digits: see levels_info.
inline DtypeInfo dtype_levels17() { return levels_info<17>("levels17"); }

}  // namespace pare
