#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

/// Place of the new dimension, in [0, rank].
std::size_t new_axis(const AttributeReader& a, std::size_t rank) {
  return static_cast<std::size_t>(a.attr_axis("axis", rank + 1));
}

void infer(ShapeContext& c) {
  const SymShape* i = c.input_shape(0);
  std::optional<SymShape> y;
  if (i != nullptr) {
    const auto depth = c.input_elements(1);
    y = *i;
    y->insert(y->begin() + static_cast<std::ptrdiff_t>(new_axis(c, i->size())),
              depth && depth->size() == 1 ? depth->front() : Dim::unknown());
  }
  c.set_output(0, c.input_dtype(2), y);
}

void reference(OpCall& call) {
  const Tensor& indices = call.input(0);
  const Tensor& values = call.input(2);
  const std::vector<std::int64_t> depths = call.input(1).to_ints();
  if (depths.size() != 1 || depths[0] < 0) call.fail("depth must be one number >= 0");
  if (values.size() != 2) call.fail("values must be off and on");
  const std::int64_t depth = depths[0];
  const std::size_t axis = new_axis(call, indices.rank());
  Shape shape = indices.shape();
  shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), depth);
  const std::vector<std::int64_t> index = indices.to_ints();
  std::vector<std::int64_t> hot(static_cast<std::size_t>(element_count(shape)), 0);
  const ops::AxisView view(shape, axis);
  for (std::int64_t o = 0; o < view.outer && !hot.empty(); ++o) {
    for (std::int64_t i = 0; i < view.inner; ++i) {
      const std::int64_t k = index[static_cast<std::size_t>(o * view.inner + i)];
      if (k >= -depth && k < depth) hot[view.at(o, k < 0 ? k + depth : k, i)] = 1;
    }
  }
  call.set_output(0, ops::gather_elements(values, shape, hot));
}

void gradient(GradientContext& g) {
  Value* depth = g.x(1);
  Value* zero_one = g.cast_like(g.ints({0, 1}), g.x(2));
  Value* hot = g.op("OneHot", {g.x(0), depth, zero_one}, g.node().attributes());
  Value* on = g.reshape(g.sum_all(g.mul(g.dy(0), hot)), std::vector<std::int64_t>{1});
  Value* all = g.reshape(g.sum_all(g.dy(0)), std::vector<std::int64_t>{1});
  g.set_dx(2, g.op("Concat", {g.sub(all, on), on}, {{"axis", std::int64_t{0}}}));
}

}  // namespace

/// values[1] where the index equals the position along a new dimension of size `depth`, else
/// values[0]; an index outside [-depth, depth) gives no 1 at all. Source: ONNX OneHot, version 11.
OpDefs op_one_hot() {
  return OpDef("OneHot", 11)
      .input("indices", types::kNumeric, "T1")
      .input("depth", types::kNumeric, "T2")
      .input("values", types::kAll, "T3")
      .output("output", types::kAll, "T3")
      .attribute("axis", std::int64_t{-1}, "place of the new dimension")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
