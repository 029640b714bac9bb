#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -10..10 in 64-bit words of base-21 digits: see levels_info.
inline DtypeInfo dtype_levels21() { return levels_info<21>("levels21"); }

}  // namespace pare
