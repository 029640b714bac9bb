#include <algorithm>
#include <numeric>

#include "ops/_softmax.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const auto k = c.input_elements(1);
  std::optional<SymShape> y;
  if (x != nullptr) {
    y = *x;
    const auto axis = static_cast<std::size_t>(c.attr_axis("axis", x->size()));
    (*y)[axis] = k && k->size() == 1 ? k->front() : Dim::unknown();
  }
  c.set_output(0, c.input_dtype(0), y);
  c.set_output(1, dtype_of(ElementKind::i64), y);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", x.rank()));
  const std::int64_t k = call.input(1).to_ints().at(0);
  if (k < 0 || k > x.dim(axis)) call.fail(cat("k is ", k, " of ", x.dim(axis)));
  const bool largest = call.attr_int("largest") != 0;
  Shape shape = x.shape();
  shape[axis] = k;
  const std::vector<double> in = x.to_doubles();
  std::vector<double> values(static_cast<std::size_t>(element_count(shape)));
  std::vector<std::int64_t> where(values.size());
  ops::for_each_lane(x.shape(), axis, [&](std::size_t first, std::size_t step, std::size_t count) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const double va = in[first + a * step];
      const double vb = in[first + b * step];
      return largest ? va > vb : va < vb;
    });
    const std::size_t outer = first / (step * count);
    const std::size_t base = outer * step * static_cast<std::size_t>(k) + first % step;
    for (std::size_t i = 0; i < static_cast<std::size_t>(k); ++i) {
      values[base + i * step] = in[first + order[i] * step];
      where[base + i * step] = static_cast<std::int64_t>(order[i]);
    }
  });
  call.set_output(0, Tensor::of<double>(shape, values).cast(x.type()));
  call.set_output(1, Tensor::of<std::int64_t>(shape, where));
}

}  // namespace

/// The k greatest (or least) values along an axis, in order, and their indices; of equals the
/// first. Shapes: x [..., N, ...], k [1] -> values, indices [..., k, ...]. Source: ONNX TopK,
/// version 24.
OpDefs op_top_k() {
  return OpDef("TopK", 24)
      .input("X", types::kNumeric)
      .input("K", {ElementKind::i64}, "tensor(int64)")
      .output("Values", types::kNumeric)
      .output("Indices", {ElementKind::i64}, "I")
      .attribute("axis", std::int64_t{-1}, "dimension to sort")
      .attribute("largest", std::int64_t{1}, "0: the least")
      .attribute("sorted", std::int64_t{1}, "the result is sorted in any case")
      .define(infer, reference, ops::one_flop);
}

}  // namespace pare
