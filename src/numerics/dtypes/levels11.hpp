#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -5..5 in 64-bit words of base-11 digits: see levels_info.
inline DtypeInfo dtype_levels11() { return levels_info<11>("levels11"); }

}  // namespace pare
