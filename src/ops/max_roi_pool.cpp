#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/_numbers.hpp"

namespace pare {
namespace {

struct Setup {
  std::int64_t height = 1, width = 1;
  double scale = 1;
};

Setup read_setup(const AttributeReader& a) {
  const std::vector<std::int64_t> pooled = a.attr_ints("pooled_shape");
  if (pooled.size() != 2 || pooled[0] < 1 || pooled[1] < 1) {
    a.fail(cat("pooled_shape is ", to_string(pooled), ", want two sizes"));
  }
  return {pooled[0], pooled[1], static_cast<double>(a.attr_float("spatial_scale"))};
}

void infer(ShapeContext& c) {
  const Setup s = read_setup(c);
  const SymShape* x = c.input_shape(0);
  const SymShape* rois = c.input_shape(1);
  if (x != nullptr && x->size() != 4) c.fail(cat("x has shape ", to_string(*x), ", wanted rank 4"));
  if (rois != nullptr && rois->size() != 2) c.fail(cat("rois have shape ", to_string(*rois)));
  c.set_output(0, c.input_dtype(0),
               SymShape{rois != nullptr ? rois->front() : Dim::unknown(),
                        x != nullptr ? (*x)[1] : Dim::unknown(), s.height, s.width});
}

/// Pixels [begin, end) of one bin along one dimension of the picture.
struct Bin {
  std::int64_t begin = 0, end = 0;
};

/// The bins of a box from pixel `from` to pixel `to`, both inside it; boxes are one pixel wide at
/// least.
std::vector<Bin> bins_of(double from, double to, double scale, std::int64_t bins,
                         std::int64_t size) {
  const double start = std::round(from * scale);
  const double step = std::max(std::round(to * scale) - start + 1, 1.0) / static_cast<double>(bins);
  const auto inside = [&](double p) {
    return static_cast<std::int64_t>(std::clamp(p, 0.0, static_cast<double>(size)));
  };
  std::vector<Bin> out;
  for (std::int64_t b = 0; b < bins; ++b) {
    const auto at = static_cast<double>(b);
    out.push_back(
        {inside(start + std::floor(at * step)), inside(start + std::ceil((at + 1) * step))});
  }
  return out;
}

double greatest(const double* plane, std::int64_t width, const Bin& rows, const Bin& columns) {
  double best = rows.begin < rows.end && columns.begin < columns.end
                    ? -std::numeric_limits<double>::infinity()
                    : 0;
  for (std::int64_t r = rows.begin; r < rows.end; ++r) {
    for (std::int64_t c = columns.begin; c < columns.end; ++c) {
      best = std::max(best, plane[r * width + c]);
    }
  }
  return best;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& rois = call.input(1);
  const Setup s = read_setup(call);
  ops::want_rank(call, x, 4, "x");
  ops::want_rank(call, rois, 2, "rois");
  ops::want_shape(call, rois, {rois.dim(0), 5}, "rois");
  const std::vector<double> in = x.to_doubles();
  const std::vector<double> boxes = rois.to_doubles();
  const Shape shape = {rois.dim(0), x.dim(1), s.height, s.width};
  std::vector<double> y;
  y.reserve(static_cast<std::size_t>(element_count(shape)));
  for (std::int64_t r = 0; r < rois.dim(0); ++r) {
    const double* box = boxes.data() + r * 5;
    if (!std::all_of(box, box + 5, [](double v) { return std::abs(v) < 0x1p31; }) || box[0] < 0 ||
        box[0] >= static_cast<double>(x.dim(0))) {
      call.fail(cat("box ", r, " lies in no picture"));
    }
    const auto columns = bins_of(box[1], box[3], s.scale, s.width, x.dim(3));
    const auto rows = bins_of(box[2], box[4], s.scale, s.height, x.dim(2));
    for (std::int64_t c = 0; c < x.dim(1); ++c) {
      const auto image = static_cast<std::int64_t>(box[0]);
      const double* plane = in.data() + (image * x.dim(1) + c) * x.dim(2) * x.dim(3);
      for (const Bin& down : rows) {
        for (const Bin& across : columns) y.push_back(greatest(plane, x.dim(3), down, across));
      }
    }
  }
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 16); }

}  // namespace

/// The greatest pixel of every bin of boxes cut into pooled_shape bins; 0 where a bin has none.
/// Shapes: x [N, C, H, W], rois [R, 5] as image x1 y1 x2 y2 (pixels inside the box, times
/// spatial_scale) -> y [R, C, pooled_shape]. Source: ONNX MaxRoiPool, version 22.
OpDefs op_max_roi_pool() {
  constexpr TypeSet kReal = {ElementKind::f16, ElementKind::f32, ElementKind::f64};
  return OpDef("MaxRoiPool", 22)
      .input("X", kReal)
      .input("rois", kReal)
      .output("Y", kReal)
      .required_attribute("pooled_shape", AttributeKind::integers, "height and width of the result")
      .attribute("spatial_scale", 1.0F, "from the boxes' coordinates to pixels")
      .define(infer, reference, cost);
}

}  // namespace pare
