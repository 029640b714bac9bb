#include "ops/_gradient.hpp"
#include "ops/_scatter.hpp"

namespace pare {
namespace {

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& indices = call.input(1);
  const Tensor& updates = call.input(2);
  if (x.rank() == 0 || indices.rank() == 0) call.fail("a scalar");
  const std::int64_t tuple = indices.shape().back();
  if (tuple < 1 || tuple > static_cast<std::int64_t>(x.rank())) {
    call.fail(cat("index tuples of ", tuple, " for rank ", x.rank()));
  }
  Shape want(indices.shape().begin(), indices.shape().end() - 1);
  want.insert(want.end(), x.shape().begin() + tuple, x.shape().end());
  if (updates.shape() != want) {
    call.fail(cat("updates are ", to_string(updates.shape()), ", want ", to_string(want)));
  }
  const Shape strides = strides_of(x.shape());
  const std::int64_t slice = element_count(Shape(x.shape().begin() + tuple, x.shape().end()));
  const std::vector<std::int64_t> tuples = indices.to_ints();
  ops::ScatterInto out(call, x, updates);
  std::int64_t from = 0;
  for (std::size_t at = 0; at < tuples.size(); at += static_cast<std::size_t>(tuple)) {
    std::int64_t base = 0;
    for (std::size_t k = 0; k < static_cast<std::size_t>(tuple); ++k) {
      base += ops::normal_index(tuples[at + k], x.dim(k)) * strides[k];
    }
    for (std::int64_t k = 0; k < slice; ++k) out.put(base + k, from++);
  }
  call.set_output(0, out.take());
}

void gradient(GradientContext& g) {
  ops::scatter_gradient(g, [](GradientContext& c, Value* v) {
    return c.op("GatherND", {v, c.x(1)});
  });
}

}  // namespace

/// y = x, but the slices that tuples of indices name are combined with updates. Shapes: x and y
/// [D.., S..], indices [I.., n], updates [I.., S..] with n = number of D. Errors: Fault::corrupt
/// for an index outside. Source: ONNX ScatterND, version 18.
OpDefs op_scatter_nd() {
  return OpDef("ScatterND", 18)
      .input("data", types::kAll)
      .input("indices", {ElementKind::i64}, "tensor(int64)")
      .input("updates", types::kAll)
      .output("output", types::kAll)
      .attribute("reduction", std::string("none"), "none, add, mul, max or min")
      .define(ops::same_as_input, reference, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
