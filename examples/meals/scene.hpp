#pragma once

#include <cstdint>
#include <vector>

#include "dishes.hpp"

namespace meals {

struct Picture {
  int side = 0;
  std::vector<std::uint8_t> rgb;  ///< side * side * 3 bytes, channels interleaved
};

/// The picture number `index` of a class: a meal tray with one large dish and clutter around it.
/// The same arguments give the same bytes on every machine. `label` is below kDishes.size().
Picture draw_meal(std::uint64_t seed, int label, std::uint64_t index, int side);

}  // namespace meals
