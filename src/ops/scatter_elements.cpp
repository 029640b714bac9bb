#include "ops/_gradient.hpp"
#include "ops/_scatter.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& indices = call.input(1);
  const Tensor& updates = call.input(2);
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", x.rank()));
  if (indices.rank() != x.rank()) call.fail("data and indices differ in rank");
  if (indices.shape() != updates.shape()) call.fail("indices and updates differ in shape");
  for (std::size_t d = 0; d < x.rank(); ++d) {
    if (d != axis && indices.dim(d) > x.dim(d)) call.fail("indices are larger than the data");
  }
  const std::vector<std::int64_t> index = indices.to_ints();
  Shape strides = strides_of(x.shape());
  const std::int64_t along = strides[axis];
  strides[axis] = 0;
  ops::StridedWalk walk(indices.shape(), strides);
  ops::ScatterInto out(call, x, updates);
  for (std::size_t i = 0; i < index.size(); ++i) {
    out.put(walk.offset() + ops::normal_index(index[i], x.dim(axis)) * along,
            static_cast<std::int64_t>(i));
    walk.next();
  }
  call.set_output(0, out.take());
}

void gradient(GradientContext& g) {
  ops::scatter_gradient(g, [](GradientContext& c, Value* v) {
    return c.op("GatherElements", {v, c.x(1)}, {{"axis", c.attr_int("axis")}});
  });
}

}  // namespace

/// y = x, but y[i, .., indices[i, j, ..], ..] is combined with updates[i, j, ..]. Shapes: x and y
/// alike; indices and updates alike. Errors: Fault::corrupt for an index outside. Source: ONNX
/// ScatterElements, version 18.
OpDefs op_scatter_elements() {
  return OpDef("ScatterElements", 18)
      .input("data", types::kAll)
      .input("indices", types::kIndex, "Tind")
      .input("updates", types::kAll)
      .output("output", types::kAll)
      .attribute("axis", std::int64_t{0}, "dimension the indices count along")
      .attribute("reduction", std::string("none"), "none, add, mul, max or min")
      .define(ops::same_as_input, reference, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
