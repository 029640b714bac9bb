#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -42..42 in 64-bit words of base-85 digits: see levels_info.
inline DtypeInfo dtype_levels85() { return levels_info<85>("levels85"); }

}  // namespace pare
