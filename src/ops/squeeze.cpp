#include <algorithm>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const auto axes = ops::known_ints(c, 1);
  std::optional<SymShape> y;
  if (x != nullptr && axes) {
    y = SymShape{};
    const auto drop = ops::normal_axes(*axes, x->size());
    for (std::size_t i = 0; i < x->size(); ++i) {
      const bool named =
          std::find(drop.begin(), drop.end(), static_cast<std::int64_t>(i)) != drop.end();
      if (named && (*x)[i].is_number() && !(*x)[i].is(1)) {
        c.fail(cat("dimension ", i, " has size ", (*x)[i].text(), ", not 1"));
      }
      if (c.has_input(1) ? named : (*x)[i].is(1)) continue;
      if (!c.has_input(1) && !(*x)[i].is_number()) {
        y.reset();
        break;
      }
      y->push_back((*x)[i]);
    }
  }
  c.set_output(0, c.input_dtype(0), y);
  if (auto elements = c.input_elements(0)) c.set_output_elements(0, std::move(*elements));
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  std::vector<std::int64_t> drop;
  if (call.has_input(1)) drop = ops::normal_axes(call.input(1).to_ints(), x.rank());
  Shape shape;
  for (std::size_t i = 0; i < x.rank(); ++i) {
    const bool named =
        std::find(drop.begin(), drop.end(), static_cast<std::int64_t>(i)) != drop.end();
    if (named && x.dim(i) != 1) call.fail(cat("dimension ", i, " has size ", x.dim(i), ", not 1"));
    if (call.has_input(1) ? !named : x.dim(i) != 1) shape.push_back(x.dim(i));
  }
  call.set_output(0, x.reshaped(shape));
}

}  // namespace

/// Without the named dimensions of size 1, or without all of them. Source: ONNX Squeeze,
/// version 25.
OpDefs op_squeeze() {
  return OpDef("Squeeze", 25)
      .input("data", types::kAll)
      .optional_input("axes", {ElementKind::i64}, "tensor(int64)")
      .output("squeezed", types::kAll)
      .define(infer, reference, ops::free_of_flops)
      .differentiable(ops::reshaped_gradient);
}

}  // namespace pare
