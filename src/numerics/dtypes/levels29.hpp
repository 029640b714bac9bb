#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -14..14 in 64-bit words of base-29 digits: see levels_info.
inline DtypeInfo dtype_levels29() { return levels_info<29>("levels29"); }

}  // namespace pare
