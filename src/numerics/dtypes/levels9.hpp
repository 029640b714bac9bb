#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -4..4 in 64-bit words of base-9 digits: see levels_info.
inline DtypeInfo dtype_levels9() { return levels_info<9>("levels9"); }

}  // namespace pare
