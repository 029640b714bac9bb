#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -21..21 in 64-bit words of base-43 digits: see levels_info.
inline DtypeInfo dtype_levels43() { return levels_info<43>("levels43"); }

}  // namespace pare
