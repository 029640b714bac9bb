#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -9..9 in 64-bit words of base-19 digits: see levels_info.
inline DtypeInfo dtype_levels19() { return levels_info<19>("levels19"); }

}  // namespace pare
