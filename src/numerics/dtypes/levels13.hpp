#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -6..6 in 64-bit words of base-13 digits: see levels_info.
inline DtypeInfo dtype_levels13() { return levels_info<13>("levels13"); }

}  // namespace pare
