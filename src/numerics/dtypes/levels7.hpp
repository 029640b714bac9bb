#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -3..3 in 64-bit words of base-7 digits: see levels_info.
inline DtypeInfo dtype_levels7() { return levels_info<7>("levels7"); }

}  // namespace pare
