#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -15..15 in 64-bit words of base-31 digits: see levels_info.
inline DtypeInfo dtype_levels31() { return levels_info<31>("levels31"); }

}  // namespace pare
