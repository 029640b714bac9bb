#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -7..7 in 64-bit words of base-15 digits: see levels_info.
inline DtypeInfo dtype_levels15() { return levels_info<15>("levels15"); }

}  // namespace pare
