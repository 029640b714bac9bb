#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -11..11 in 64-bit words of base-23 digits: see levels_info.
inline DtypeInfo dtype_levels23() { return levels_info<23>("levels23"); }

}  // namespace pare
