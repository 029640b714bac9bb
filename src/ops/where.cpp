#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* m = c.input_shape(0);
  const SymShape* a = c.input_shape(1);
  const SymShape* b = c.input_shape(2);
  std::optional<SymShape> y;
  if (m != nullptr && a != nullptr && b != nullptr) {
    y = broadcast_shapes(broadcast_shapes(*m, *a), *b);
  }
  c.set_output(0, c.input_dtype(1), y);
}

void reference(OpCall& call) {
  const Tensor& m = call.input(0);
  const Tensor& a = call.input(1);
  const Tensor& b = call.input(2);
  const Shape shape = broadcast_shapes(broadcast_shapes(m.shape(), a.shape()), b.shape());
  const auto im = ops::broadcast_offsets(m.shape(), shape);
  const auto ia = ops::broadcast_offsets(a.shape(), shape);
  const auto ib = ops::broadcast_offsets(b.shape(), shape);
  const auto mask = m.data<bool>();
  visit_number(a.kind(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const auto xa = a.data<T>();
    const auto xb = b.data<T>();
    const auto out = call.make_output(0, a.type(), shape).template mutable_data<T>();
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = mask[static_cast<std::size_t>(im[i])] ? xa[static_cast<std::size_t>(ia[i])]
                                                     : xb[static_cast<std::size_t>(ib[i])];
    }
  });
}

constexpr TypeSet kTypes = types::kNumeric | types::kBool;

}  // namespace

/// y = mask ? a : b. Shapes: all broadcast -> y. Source: ONNX Where, version 16.
OpDefs op_where() {
  return OpDef("Where", 16)
      .input("condition", types::kBool, "B")
      .input("X", kTypes)
      .input("Y", kTypes)
      .output("output", kTypes)
      .define(infer, reference, ops::one_flop);
}

}  // namespace pare
