#include <algorithm>
#include <array>
#include <cmath>

#include "base/budget.hpp"
#include "base/checked.hpp"
#include "base/threads.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

constexpr double kMostSamples = 65536;  // per bin and dimension: bounds the time of hostile boxes

struct Setup {
  bool maximum = false;
  double offset = 0;
  bool legacy = false;  ///< boxes are at least one pixel wide
  double scale = 1;
  std::int64_t height = 1, width = 1, ratio = 0;
};

Setup read_setup(const AttributeReader& a) {
  Setup s;
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

/// One dimension of a box: `bins` equal parts with `samples` positions each.
struct Span {
  double start = 0, bin = 0;
  std::int64_t samples = 1;
  [[nodiscard]] double at(std::int64_t b, std::int64_t i) const {
    return start + static_cast<double>(b) * bin +
           (static_cast<double>(i) + 0.5) * bin / static_cast<double>(samples);
  }
};

Span span_of(const OpCall& call, const Setup& s, double from, double to, std::int64_t bins) {
  Span span;
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

/// Two neighbours with weights; none when the position lies outside.
struct Pair {
  std::array<std::int64_t, 2> index{};
  std::array<double, 2> weight{};
  bool inside = false;
};

Pair pair_at(double p, std::int64_t size) {
  Pair out;
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

/// All samples of one bin of one plane, averaged, or the greatest weighted neighbour of all.
double pool(const double* plane, const std::vector<Pair>& rows, const std::vector<Pair>& columns,
            std::int64_t width, bool maximum) {
  double result = 0;
  bool first = true;
  for (const Pair& r : rows) {
    for (const Pair& c : columns) {
      std::array<double, 4> part{};
      for (std::size_t k = 0; r.inside && c.inside && k < 4; ++k) {
        part[k] =
            r.weight[k / 2] * c.weight[k % 2] * plane[r.index[k / 2] * width + c.index[k % 2]];
      }
      if (maximum) {
        const double best = *std::max_element(part.begin(), part.end());
        result = first ? best : std::max(result, best);
      } else {
        result += part[0] + part[1] + part[2] + part[3];
      }
      first = false;
    }
  }
  const auto n = static_cast<double>(rows.size() * columns.size());
  return maximum || n == 0 ? result : result / n;
}

std::vector<Pair> pairs_of(const Span& span, std::int64_t bin, std::int64_t size) {
  std::vector<Pair> pairs;
  for (std::int64_t i = 0; i < span.samples; ++i) pairs.push_back(pair_at(span.at(bin, i), size));
  return pairs;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& rois = call.input(1);
  Setup s = read_setup(call);
  ops::want_rank(call, x, 4, "x");
  ops::want_rank(call, rois, 2, "rois");
  ops::want_shape(call, rois, {rois.dim(0), 4}, "rois");
  ops::want_shape(call, call.input(2), {rois.dim(0)}, "batch_indices");
  const std::vector<std::int64_t> batch = call.input(2).to_ints();
  const std::vector<double> box = rois.to_doubles();
  const Shape shape = {rois.dim(0), x.dim(1), s.height, s.width};
  std::vector<Span> rows;
  std::vector<Span> columns;
  for (std::int64_t r = 0; r < rois.dim(0); ++r) {
    if (batch[r] < 0 || batch[r] >= x.dim(0)) call.fail(cat("batch index ", batch[r]));
    columns.push_back(span_of(call, s, box[r * 4], box[r * 4 + 2], s.width));
    rows.push_back(span_of(call, s, box[r * 4 + 1], box[r * 4 + 3], s.height));
  }
  const std::vector<double> in = x.to_doubles();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  const std::int64_t pixels = x.dim(2) * x.dim(3);
  if (pixels == 0 && !y.empty()) call.fail("nothing to sample");
  if (y.empty()) s.height = 0;  // however many rows of nothing are asked for
  for (std::int64_t r = 0; r < rois.dim(0); ++r) {
    const std::int64_t bins = s.height == 0 ? 0 : element_count(shape) / rois.dim(0);
    spend_steps(checked_mul(bins, rows[r].samples * columns[r].samples / 4096));
  }
  parallel_for(rois.dim(0) * s.height, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      const std::int64_t r = at / s.height;
      const auto down = pairs_of(rows[r], at % s.height, x.dim(2));
      for (std::int64_t w = 0; w < s.width; ++w) {
        const auto across = pairs_of(columns[r], w, x.dim(3));
        for (std::int64_t c = 0; c < x.dim(1); ++c) {
          const double* plane = in.data() + (batch[r] * x.dim(1) + c) * pixels;
          y[((r * x.dim(1) + c) * s.height + at % s.height) * s.width + w] =
              pool(plane, down, across, x.dim(3), s.maximum);
        }
      }
    }
  });
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 32); }

}  // namespace

/// Boxes of x on a common grid: every bin is the mean of bilinear samples (avg), or the greatest
/// weighted neighbour of all its samples (max, as ONNX defines it). Shapes: x [N, C, H, W], rois
/// [R, 4] as x1 y1 x2 y2, batch_indices [R] -> y [R, C, output_height, output_width].
/// Source: ONNX RoiAlign, version 22.
OpDefs op_roi_align() {
  return OpDef("RoiAlign", 22)
      .input("X", types::kFloat, "T1")
      .input("rois", types::kFloat, "T1")
      .input("batch_indices", {ElementKind::i64}, "T2")
      .output("Y", types::kFloat, "T1")
      .attribute("coordinate_transformation_mode", std::string("half_pixel"),
                 "half_pixel or output_half_pixel")
      .attribute("mode", std::string("avg"), "avg or max")
      .attribute("output_height", std::int64_t{1}, "bins")
      .attribute("output_width", std::int64_t{1}, "bins")
      .attribute("sampling_ratio", std::int64_t{0}, "samples per bin and dimension; 0 = by size")
      .attribute("spatial_scale", 1.0F, "pixels of x per unit of the boxes")
      .define(infer, reference, cost);
}

}  // namespace pare
