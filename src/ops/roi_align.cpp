#include <algorithm>
#include <array>

#include "base/budget.hpp"
#include "base/checked.hpp"
#include "base/threads.hpp"
#include "ops/_gradient.hpp"
#include "ops/_roi_align.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const ops::RoiSetup s = ops::read_roi_setup(c);
  const SymShape* x = c.input_shape(0);
  const SymShape* rois = c.input_shape(1);
  if (x != nullptr && x->size() != 4) c.fail(cat("x has shape ", to_string(*x), ", wanted rank 4"));
  if (rois != nullptr && rois->size() != 2) c.fail(cat("rois have shape ", to_string(*rois)));
  c.set_output(0, c.input_dtype(0),
               SymShape{rois != nullptr ? rois->front() : Dim::unknown(),
                        x != nullptr ? (*x)[1] : Dim::unknown(), s.height, s.width});
}

/// All samples of one bin of one plane, averaged, or the greatest weighted neighbour of all.
double pool(const double* plane, const std::vector<ops::RoiPair>& rows,
            const std::vector<ops::RoiPair>& columns, std::int64_t width, bool maximum) {
  double result = 0;
  bool first = true;
  for (const ops::RoiPair& r : rows) {
    for (const ops::RoiPair& c : columns) {
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

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& rois = call.input(1);
  ops::RoiSetup s = ops::read_roi_setup(call);
  const ops::RoiBoxes boxes = ops::read_boxes(call, s);
  const Shape shape = {rois.dim(0), x.dim(1), s.height, s.width};
  const std::vector<double> in = x.to_doubles();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  const std::int64_t pixels = x.dim(2) * x.dim(3);
  if (pixels == 0 && !y.empty()) call.fail("nothing to sample");
  if (y.empty()) s.height = 0;  // however many rows of nothing are asked for
  for (std::int64_t r = 0; r < rois.dim(0); ++r) {
    const std::int64_t bins = s.height == 0 ? 0 : element_count(shape) / rois.dim(0);
    spend_steps(checked_mul(bins, boxes.rows[r].samples * boxes.columns[r].samples / 4096));
  }
  parallel_for(rois.dim(0) * s.height, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      const std::int64_t r = at / s.height;
      const auto down = ops::roi_pairs(boxes.rows[r], at % s.height, x.dim(2));
      for (std::int64_t w = 0; w < s.width; ++w) {
        const auto across = ops::roi_pairs(boxes.columns[r], w, x.dim(3));
        for (std::int64_t c = 0; c < x.dim(1); ++c) {
          const double* plane = in.data() + (boxes.batch[r] * x.dim(1) + c) * pixels;
          y[((r * x.dim(1) + c) * s.height + at % s.height) * s.width + w] =
              pool(plane, down, across, x.dim(3), s.maximum);
        }
      }
    }
  });
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 32); }

/// Boxes carry no gradient.
void gradient(GradientContext& g) {
  g.set_dx(0, g.op("RoiAlignGradient", {g.x(0), g.x(1), g.x(2), g.dy(0)}, g.node().attributes(),
                   "pare"));
}

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
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
