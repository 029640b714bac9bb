#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

/// Shape of the result: leading dimensions of `indices`, then what an index tuple leaves of x.
template <class Sizes>
Sizes result_shape(const AttributeReader& a, const Sizes& x, const Sizes& indices,
                   std::int64_t tuple) {
  const std::int64_t batch = a.attr_int("batch_dims");
  const auto rank = static_cast<std::int64_t>(x.size());
  if (batch < 0 || batch >= static_cast<std::int64_t>(indices.size()) || batch >= rank) {
    a.fail(cat("batch_dims ", batch, " does not fit the ranks"));
  }
  if (tuple < 1 || tuple > rank - batch) {
    a.fail(cat("index tuples of ", tuple, " for rank ", rank));
  }
  Sizes y(indices.begin(), indices.end() - 1);
  y.insert(y.end(), x.begin() + batch + tuple, x.end());
  return y;
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const SymShape* i = c.input_shape(1);
  std::optional<SymShape> y;
  if (x != nullptr && i != nullptr) {
    if (x->empty() || i->empty()) c.fail("a scalar");
    if (i->back().is_number()) y = result_shape(c, *x, *i, i->back().number());
  }
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor& indices = call.input(1);
  if (x.rank() == 0 || indices.rank() == 0) call.fail("a scalar");
  const std::int64_t tuple = indices.shape().back();
  const Shape shape = result_shape(call, x.shape(), indices.shape(), tuple);
  const auto batch = static_cast<std::size_t>(call.attr_int("batch_dims"));
  for (std::size_t d = 0; d < batch; ++d) {
    if (x.dim(d) != indices.dim(d)) call.fail("batch dimensions differ");
  }
  const Shape strides = strides_of(x.shape());
  const auto span = [&](std::size_t first, std::size_t last, const Shape& s) {
    std::int64_t n = 1;
    for (std::size_t d = first; d < last; ++d) n *= s[d];
    return n;
  };
  const std::size_t behind = batch + static_cast<std::size_t>(tuple);
  const bool empty = element_count(shape) == 0;
  const std::int64_t slice = empty ? 0 : span(behind, x.rank(), x.shape());
  const std::int64_t each = empty ? 1 : span(batch, indices.rank() - 1, indices.shape());
  const std::int64_t batch_stride = batch == 0 ? 0 : strides[batch - 1];
  const std::vector<std::int64_t> tuples = indices.to_ints();
  std::vector<std::int64_t> from;
  for (std::size_t at = 0; at + 1 <= tuples.size() && slice > 0;
       at += static_cast<std::size_t>(tuple)) {
    const auto row = static_cast<std::int64_t>(at) / tuple;
    std::int64_t base = row / each * batch_stride;
    for (std::size_t k = 0; k < static_cast<std::size_t>(tuple); ++k) {
      base += ops::normal_index(tuples[at + k], x.dim(batch + k)) * strides[batch + k];
    }
    for (std::int64_t k = 0; k < slice; ++k) from.push_back(base + k);
  }
  call.set_output(0, ops::gather_elements(x, shape, from));
}

void gradient(GradientContext& g) {
  if (g.attr_int("batch_dims") != 0) {
    ops::moved_gradient(g);
    return;
  }
  g.set_dx(0, g.op("ScatterND", {g.zeros_like(g.x(0)), g.x(1), g.dy(0)},
                   {{"reduction", std::string("add")}}));
}

}  // namespace

/// The slices of x that tuples of indices name. Shapes: x [B.., D.., S..], indices [B.., I.., n]
/// -> [B.., I.., S..] with n = number of D. Errors: Fault::corrupt for an index outside. Source:
/// ONNX GatherND, version 13.
OpDefs op_gather_nd() {
  return OpDef("GatherND", 13)
      .input("data", types::kAll)
      .input("indices", {ElementKind::i64}, "tensor(int64)")
      .output("output", types::kAll)
      .attribute("batch_dims", std::int64_t{0}, "leading dimensions that go together")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
