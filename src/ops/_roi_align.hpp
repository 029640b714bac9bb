#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ops/_numbers.hpp"

namespace pare::ops {

/// The attributes of RoiAlign, checked.
struct RoiSetup {
  bool maximum = false;
  double offset = 0;
  bool legacy = false;  ///< boxes are at least one pixel wide
  double scale = 1;
  std::int64_t height = 1, width = 1, ratio = 0;
};

RoiSetup read_roi_setup(const AttributeReader& a);

/// One dimension of a box: `bins` equal parts with `samples` positions each.
struct RoiSpan {
  double start = 0, bin = 0;
  std::int64_t samples = 1;
  [[nodiscard]] double at(std::int64_t b, std::int64_t i) const {
    return start + static_cast<double>(b) * bin +
           (static_cast<double>(i) + 0.5) * bin / static_cast<double>(samples);
  }
};

/// Two neighbours with weights; none when the position lies outside.
struct RoiPair {
  std::array<std::int64_t, 2> index{};
  std::array<double, 2> weight{};
  bool inside = false;
};

/// The neighbours of all samples of one bin along a dimension of `size` pixels.
std::vector<RoiPair> roi_pairs(const RoiSpan& span, std::int64_t bin, std::int64_t size);

/// The boxes of a node whose inputs are x, rois, batch_indices, checked.
struct RoiBoxes {
  std::vector<std::int64_t> batch;  ///< image of every box
  std::vector<RoiSpan> rows;
  std::vector<RoiSpan> columns;
};
RoiBoxes read_boxes(const OpCall& call, const RoiSetup& s);

}  // namespace pare::ops
