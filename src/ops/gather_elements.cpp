#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const SymShape* i = c.input_shape(1);
  if (x != nullptr && i != nullptr && x->size() != i->size()) {
    c.fail("data and indices differ in rank");
  }
  std::optional<SymShape> y;
  if (i != nullptr) y = *i;
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& indices = call.input(1);
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", x.rank()));
  if (indices.rank() != x.rank()) call.fail("data and indices differ in rank");
  for (std::size_t d = 0; d < x.rank(); ++d) {
    if (d != axis && indices.dim(d) > x.dim(d)) call.fail("indices are larger than the data");
  }
  std::vector<std::int64_t> index = indices.to_ints();
  Shape strides = strides_of(x.shape());
  const std::int64_t along = strides[axis];
  strides[axis] = 0;
  ops::StridedWalk walk(indices.shape(), strides);
  for (std::int64_t& i : index) {
    i = walk.offset() + ops::normal_index(i, x.dim(axis)) * along;
    walk.next();
  }
  call.set_output(0, ops::gather_elements(x, indices.shape(), index));
}

void gradient(GradientContext& g) {
  g.set_dx(0, g.op("ScatterElements", {g.zeros_like(g.x(0)), g.x(1), g.dy(0)},
                   {{"axis", g.attr_int("axis")}, {"reduction", std::string("add")}}));
}

}  // namespace

/// y[i, j, ..] = x[i, .., indices[i, j, ..], ..] with the index at `axis`. Shapes: indices and y
/// alike, of the rank of x. Errors: Fault::corrupt for an index outside. Source: ONNX
/// GatherElements, version 13.
OpDefs op_gather_elements() {
  return OpDef("GatherElements", 13)
      .input("data", types::kAll)
      .input("indices", types::kIndex, "Tind")
      .output("output", types::kAll)
      .attribute("axis", std::int64_t{0}, "dimension to pick from")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
