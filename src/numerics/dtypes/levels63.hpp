#pragma once

#include "numerics/levels.hpp"

namespace pare {

/// The integers -31..31 in 64-bit words of base-63 digits: see levels_info.
inline DtypeInfo dtype_levels63() { return levels_info<63>("levels63"); }

}  // namespace pare
