#include "ops/_roi_align.hpp"

#include <algorithm>
#include <cmath>

namespace pare::ops {
namespace {

constexpr double kMostSamples = 65536;  // per bin and dimension: bounds the time of hostile boxes

RoiSpan roi_span(const OpCall& call, const RoiSetup& s, double from, double to, std::int64_t bins) {
  RoiSpan span;
  span.start = from * s.scale - s.offset;
  double length = to * s.scale - s.offset - span.start;
  if (s.legacy) length = std::max(length, 1.0);
  span.bin = length / static_cast<double>(bins);
  if (!(std::abs(span.bin) <= kMostSamples) || !std::isfinite(span.start) ||
      static_cast<double>(s.ratio) > kMostSamples) {
    call.fail(cat("cannot sample the box from ", from, " to ", to));
  }
  span.samples = s.ratio > 0 ? s.ratio : static_cast<std::int64_t>(std::ceil(span.bin));
  return span;
}

RoiPair pair_at(double p, std::int64_t size) {
  RoiPair out;
  out.inside = p >= -1 && p <= static_cast<double>(size);
  if (!out.inside) return out;
  p = std::max(p, 0.0);
  const auto low = static_cast<std::int64_t>(p);
  if (low >= size - 1) {
    out.index = {size - 1, size - 1};
    out.weight = {1, 0};
    return out;
  }
  const double t = p - static_cast<double>(low);
  out.index = {low, low + 1};
  out.weight = {1 - t, t};
  return out;
}

}  // namespace

RoiSetup read_roi_setup(const AttributeReader& a) {
  RoiSetup s;
  const std::string mode = a.attr_string("mode");
  if (mode != "avg" && mode != "max") a.fail(cat("mode is '", mode, "'"));
  s.maximum = mode == "max";
  const std::string transformation = a.attr_string("coordinate_transformation_mode");
  if (transformation != "half_pixel" && transformation != "output_half_pixel") {
    a.fail(cat("coordinate_transformation_mode is '", transformation, "'"));
  }
  s.legacy = transformation == "output_half_pixel";
  s.offset = s.legacy ? 0 : 0.5;
  s.scale = static_cast<double>(a.attr_float("spatial_scale"));
  s.height = a.attr_int("output_height");
  s.width = a.attr_int("output_width");
  s.ratio = a.attr_int("sampling_ratio");
  if (s.height < 1 || s.width < 1 || s.ratio < 0) {
    a.fail(cat("output of ", s.height, " x ", s.width, ", sampling_ratio ", s.ratio));
  }
  return s;
}

std::vector<RoiPair> roi_pairs(const RoiSpan& span, std::int64_t bin, std::int64_t size) {
  std::vector<RoiPair> pairs;
  for (std::int64_t i = 0; i < span.samples; ++i) pairs.push_back(pair_at(span.at(bin, i), size));
  return pairs;
}

RoiBoxes read_boxes(const OpCall& call, const RoiSetup& s) {
  const Tensor& x = call.input(0);
  const Tensor& rois = call.input(1);
  want_rank(call, x, 4, "x");
  want_rank(call, rois, 2, "rois");
  want_shape(call, rois, {rois.dim(0), 4}, "rois");
  want_shape(call, call.input(2), {rois.dim(0)}, "batch_indices");
  RoiBoxes boxes;
  boxes.batch = call.input(2).to_ints();
  const std::vector<double> box = rois.to_doubles();
  for (std::int64_t r = 0; r < rois.dim(0); ++r) {
    const std::int64_t image = boxes.batch[r];
    if (image < 0 || image >= x.dim(0)) call.fail(cat("batch index ", image));
    boxes.columns.push_back(roi_span(call, s, box[r * 4], box[r * 4 + 2], s.width));
    boxes.rows.push_back(roi_span(call, s, box[r * 4 + 1], box[r * 4 + 3], s.height));
  }
  return boxes;
}

}  // namespace pare::ops
