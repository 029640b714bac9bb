#include "base/checked.hpp"
#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const std::int64_t b = c.attr_int("blocksize");
  std::optional<SymShape> y;
  if (x != nullptr) {
    if (x->size() != 4 || b < 1) c.fail("want rank 4 and a positive blocksize");
    const Dim& channels = (*x)[1];
    const std::int64_t pixels = checked_mul(b, b);
    if (channels.is_number() && channels.number() % pixels != 0) {
      c.fail(cat(channels.number(), " channels do not divide into blocks of ", pixels));
    }
    y = SymShape{(*x)[0], floor_div(channels, pixels), (*x)[2] * b, (*x)[3] * b};
  }
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const std::int64_t b = call.attr_int("blocksize");
  if (x.rank() != 4 || b < 1 || x.dim(1) % checked_mul(b, b) != 0) {
    call.fail(cat(to_string(x.shape()), " cannot be cut by blocks of ", b));
  }
  const std::string mode = call.attr_string("mode");
  if (mode != "DCR" && mode != "CRD") call.fail(cat("mode '", mode, "' is neither DCR nor CRD"));
  const bool columns = mode == "CRD";
  const Shape shape = {x.dim(0), x.dim(1) / (b * b), x.dim(2) * b, x.dim(3) * b};
  std::vector<std::int64_t> index;
  index.reserve(static_cast<std::size_t>(x.size()));
  for (std::int64_t n = 0; n < shape[0]; ++n) {
    for (std::int64_t c = 0; c < shape[1]; ++c) {
      for (std::int64_t h = 0; h < shape[2]; ++h) {
        for (std::int64_t w = 0; w < shape[3]; ++w) {
          const std::int64_t block = h % b * b + w % b;
          const std::int64_t from = columns ? c * b * b + block : block * shape[1] + c;
          index.push_back(((n * x.dim(1) + from) * x.dim(2) + h / b) * x.dim(3) + w / b);
        }
      }
    }
  }
  call.set_output(0, ops::gather_elements(x, shape, index));
}

void gradient(GradientContext& g) {
  if (g.attr_string("mode") != "DCR") {
    ops::moved_gradient(g);
    return;
  }
  g.set_dx(0, g.op("SpaceToDepth", {g.dy(0)}, {{"blocksize", g.attr_int("blocksize")}}));
}

}  // namespace

/// Channels become blocks of pixels. Shapes: x [N, C, H, W] -> y [N, C / b^2, H b, W b]. Source:
/// ONNX DepthToSpace, version 13.
OpDefs op_depth_to_space() {
  return OpDef("DepthToSpace", 13)
      .input("input", types::kAll)
      .output("output", types::kAll)
      .required_attribute("blocksize", AttributeKind::integer, "side of a block")
      .attribute("mode", std::string("DCR"), "DCR: block index before channel; CRD: behind")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
