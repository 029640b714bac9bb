#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -25..25 in 64-bit words of base-51 digits: see levels_info.
inline DtypeInfo dtype_levels51() { return levels_info<51>("levels51"); }

}  // namespace pare
