#include "base/threads.hpp"
#include "ops/_roi_align.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  (void)ops::read_roi_setup(c);
  c.set_output(0, c.input(0));
}

/// The pairs of one bin, and where it adds to.
struct Bin {
  const std::vector<ops::RoiPair>& rows;
  const std::vector<ops::RoiPair>& columns;
  std::int64_t width = 0;
};

/// Every neighbour of every sample gets its share.
void spread(const Bin& bin, double flow, double* dx) {
  const double each = flow / static_cast<double>(bin.rows.size() * bin.columns.size());
  for (const ops::RoiPair& r : bin.rows) {
    for (const ops::RoiPair& c : bin.columns) {
      for (std::size_t k = 0; r.inside && c.inside && k < 4; ++k) {
        dx[r.index[k / 2] * bin.width + c.index[k % 2]] += each * r.weight[k / 2] * c.weight[k % 2];
      }
    }
  }
}

/// The greatest weighted neighbour, the first of equals, gets all.
void pick(const Bin& bin, double flow, const double* x, double* dx) {
  bool first = true;
  double best = 0;
  double weight = 0;
  std::int64_t at = 0;
  for (const ops::RoiPair& r : bin.rows) {
    for (const ops::RoiPair& c : bin.columns) {
      for (std::size_t k = 0; k < 4; ++k) {
        const bool inside = r.inside && c.inside;  // 0 outside
        const std::int64_t place = r.index[k / 2] * bin.width + c.index[k % 2];
        const double w = inside ? r.weight[k / 2] * c.weight[k % 2] : 0;
        const double part = inside ? w * x[place] : 0;
        if (!first && part <= best) continue;
        first = false;
        best = part;
        weight = w;
        at = inside ? place : 0;
      }
    }
  }
  dx[at] += weight * flow;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& dy = call.input(3);
  const ops::RoiSetup s = ops::read_roi_setup(call);
  const ops::RoiBoxes boxes = ops::read_boxes(call, s);
  const auto count = static_cast<std::int64_t>(boxes.batch.size());
  ops::want_shape(call, dy, {count, x.dim(1), s.height, s.width}, "dy");
  const std::int64_t pixels = x.dim(2) * x.dim(3);
  if (pixels == 0 && !dy.empty()) call.fail("nothing to sample");
  const std::vector<double> in = x.to_doubles();
  const std::vector<double> out = dy.to_doubles();
  std::vector<double> dx(in.size());
  // Channels run in parallel: boxes of one image may overlap.
  parallel_for(dy.empty() ? 0 : x.dim(1), 8, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t bin = 0; bin < count * s.height * s.width; ++bin) {
      const std::int64_t r = bin / (s.height * s.width);
      const auto rows = ops::roi_pairs(boxes.rows[r], bin / s.width % s.height, x.dim(2));
      const auto columns = ops::roi_pairs(boxes.columns[r], bin % s.width, x.dim(3));
      if (rows.empty() || columns.empty()) continue;
      const Bin here{rows, columns, x.dim(3)};
      for (std::int64_t c = begin; c < end; ++c) {
        const std::int64_t plane = (boxes.batch[r] * x.dim(1) + c) * pixels;
        const double flow =
            out[(r * x.dim(1) + c) * s.height * s.width + bin % (s.height * s.width)];
        if (s.maximum) {
          pick(here, flow, in.data() + plane, dx.data() + plane);
        } else {
          spread(here, flow, dx.data() + plane);
        }
      }
    }
  });
  call.set_output(0, ops::from_doubles(dx, x.shape(), x.type()));
}

Cost cost(const ShapeContext& c) {
  return {.flops = 32 * ops::value_count(c.input(3)), .bytes = ops::traffic_bytes(c)};
}

}  // namespace

/// Gradient of x of a RoiAlign with these attributes: every dy is added to the pixels its samples
/// were made of, by their shares (avg), or to the greatest weighted neighbour, the first of equals
/// (max). Shapes: x [N, C, H, W], rois [R, 4], batch_indices [R], dy [R, C, output_height,
/// output_width] -> dx as x. Errors: Fault::corrupt for shapes and boxes that do not fit.
OpDefs op_roi_align_gradient() {
  return OpDef("pare", "RoiAlignGradient", 1)
      .input("X", types::kFloat, "T1")
      .input("rois", types::kFloat, "T1")
      .input("batch_indices", {ElementKind::i64}, "T2")
      .input("dY", types::kFloat, "T1")
      .output("dX", types::kFloat, "T1")
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
