#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -18..18 in 64-bit words of base-37 digits: see levels_info.
inline DtypeInfo dtype_levels37() { return levels_info<37>("levels37"); }

}  // namespace pare
