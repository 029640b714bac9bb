#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

/// The first axis of the second dimension, in [0, rank].
std::size_t split_at(const AttributeReader& a, std::size_t rank) {
  const std::int64_t axis = a.attr_int("axis");
  const auto r = static_cast<std::int64_t>(rank);
  if (axis < -r || axis > r) a.fail(cat("axis ", axis, " is outside rank ", rank));
  return static_cast<std::size_t>(axis < 0 ? axis + r : axis);
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  SymShape y(2);
  if (x != nullptr) {
    const auto at = static_cast<std::ptrdiff_t>(split_at(c, x->size()));
    y = {product(SymShape(x->begin(), x->begin() + at)),
         product(SymShape(x->begin() + at, x->end()))};
  }
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const auto at = static_cast<std::ptrdiff_t>(split_at(call, x.rank()));
  const Shape& s = x.shape();
  call.set_output(0, x.reshaped({element_count(Shape(s.begin(), s.begin() + at)),
                                 element_count(Shape(s.begin() + at, s.end()))}));
}

}  // namespace

/// Two dimensions: those before `axis` and the rest. Source: ONNX Flatten, version 25.
OpDefs op_flatten() {
  return OpDef("Flatten", 25)
      .input("input", types::kAll)
      .output("output", types::kAll)
      .attribute("axis", std::int64_t{1}, "first dimension of the second part")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(ops::reshaped_gradient);
}

}  // namespace pare
