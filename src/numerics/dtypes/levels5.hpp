#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -2..2 in 64-bit words of base-5 digits: see levels_info.
inline DtypeInfo dtype_levels5() { return levels_info<5>("levels5"); }

}  // namespace pare
