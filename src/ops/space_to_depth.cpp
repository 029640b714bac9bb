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
    for (std::size_t i = 2; i < 4; ++i) {
      if (!(*x)[i].is_number() || (*x)[i].number() % b == 0) continue;
      c.fail(cat(to_string(*x), " cannot be cut into blocks of ", b));
    }
    y = SymShape{(*x)[0], (*x)[1] * checked_mul(b, b), floor_div((*x)[2], b),
                 floor_div((*x)[3], b)};
  }
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const std::int64_t b = call.attr_int("blocksize");
  if (x.rank() != 4 || b < 1 || x.dim(2) % b != 0 || x.dim(3) % b != 0) {
    call.fail(cat(to_string(x.shape()), " cannot be cut into blocks of ", b));
  }
  const Shape shape = {x.dim(0), checked_mul(x.dim(1), checked_mul(b, b)), x.dim(2) / b,
                       x.dim(3) / b};
  std::vector<std::int64_t> index;
  index.reserve(static_cast<std::size_t>(x.size()));
  for (std::int64_t n = 0; n < shape[0]; ++n) {
    for (std::int64_t c = 0; c < shape[1]; ++c) {
      const std::int64_t from = c % x.dim(1);
      const std::int64_t block = c / x.dim(1);
      for (std::int64_t h = 0; h < shape[2]; ++h) {
        for (std::int64_t w = 0; w < shape[3]; ++w) {
          index.push_back(((n * x.dim(1) + from) * x.dim(2) + h * b + block / b) * x.dim(3) +
                          w * b + block % b);
        }
      }
    }
  }
  call.set_output(0, ops::gather_elements(x, shape, index));
}

void gradient(GradientContext& g) {
  g.set_dx(0, g.op("DepthToSpace", {g.dy(0)}, {{"blocksize", g.attr_int("blocksize")}}));
}

}  // namespace

/// Blocks of pixels become channels. Shapes: x [N, C, H, W] -> y [N, C b^2, H / b, W / b]. Source:
/// ONNX SpaceToDepth, version 13.
OpDefs op_space_to_depth() {
  return OpDef("SpaceToDepth", 13)
      .input("input", types::kAll)
      .output("output", types::kAll)
      .required_attribute("blocksize", AttributeKind::integer, "side of a block")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
