#pragma once

#include <cstdint>
#include <vector>

#include "dishes.hpp"

namespace meals {

struct Picture {
  int side = 0;
  std::vector<std::uint8_t> rgb;  ///< side * side * 3 bytes, channels interleaved
  int jpeg_quality = 92;          ///< with which the camera stores it
};

/// Which part of the data a picture belongs to; no picture is in two of them.
enum class Split { train, calib, test };

/// Picture number `index` of a part of the data: a meal tray with one large dish and clutter around
/// it. The same arguments give the same bytes on every machine. `label` is below kDishes.size().
Picture draw_meal(std::uint64_t seed, Split split, std::uint64_t index, int label, int side);

}  // namespace meals
