#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -63..63 in 64-bit words of base-127 digits: see levels_info.
inline DtypeInfo dtype_levels127() { return levels_info<127>("levels127"); }

}  // namespace pare
