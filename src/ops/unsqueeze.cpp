#include <algorithm>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

template <class Sizes>
Sizes with_ones(const Sizes& x, std::vector<std::int64_t> axes) {
  const std::size_t rank = x.size() + axes.size();
  axes = ops::normal_axes(std::move(axes), rank);
  Sizes y;
  std::size_t next = 0;
  for (std::size_t i = 0; i < rank; ++i) {
    const bool fresh = std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(i));
    y.push_back(fresh ? typename Sizes::value_type{1} : x[next++]);
  }
  return y;
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const auto axes = c.input_ints(1);
  std::optional<SymShape> y;
  if (x != nullptr && axes) y = with_ones(*x, *axes);
  c.set_output(0, c.input_dtype(0), y);
  auto elements = c.input_elements(0);
  if (elements && y && y->size() <= 1) c.set_output_elements(0, std::move(*elements));
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  call.set_output(0, x.reshaped(with_ones(x.shape(), call.input(1).to_ints())));
}

}  // namespace

/// With dimensions of size 1 at `axes` of the result. Source: ONNX Unsqueeze, version 25.
OpDefs op_unsqueeze() {
  return OpDef("Unsqueeze", 25)
      .input("data", types::kAll)
      .input("axes", {ElementKind::i64}, "tensor(int64)")
      .output("expanded", types::kAll)
      .define(infer, reference, ops::free_of_flops)
      .differentiable(ops::reshaped_gradient);
}

}  // namespace pare
