#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -12..12 in 64-bit words of base-25 digits: see levels_info.
inline DtypeInfo dtype_levels25() { return levels_info<25>("levels25"); }

}  // namespace pare
