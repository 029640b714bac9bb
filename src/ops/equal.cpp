#include "ops/_elementwise.hpp"

namespace pare {
namespace {

constexpr TypeSet kTypes = types::kNumeric | types::kBool | types::kString;

struct Function {
  template <class T>
  bool operator()(T a, T b) const {
    return a == b;
  }
};

void reference(OpCall& call) {
  if (call.input(0).kind() != ElementKind::string) {
    ops::compare_reference<Function>(call);
    return;
  }
  const Tensor& a = call.input(0);
  const Tensor& b = call.input(1);
  const Shape shape = broadcast_shapes(a.shape(), b.shape());
  const auto out = call.make_output(0, dtype_of(ElementKind::boolean), shape).mutable_data<bool>();
  const auto ia = ops::broadcast_offsets(a.shape(), shape);
  const auto ib = ops::broadcast_offsets(b.shape(), shape);
  const auto xa = a.data<std::string>();
  const auto xb = b.data<std::string>();
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = xa[static_cast<std::size_t>(ia[i])] == xb[static_cast<std::size_t>(ib[i])];
  }
}

void infer(ShapeContext& c) {
  ops::broadcast_bool_infer(c);
  ops::propagate_binary(c, [](const Dim& a, const Dim& b) {
    const ops::Signs s = ops::signs_of_difference(a, b);
    if (!s.zero) return Dim(0);
    if (!s.negative && !s.positive) return Dim(1);
    // A size is never negative, whatever its symbol stands for.
    const Dim& number = a.is_number() ? a : b;
    return number.is_number() && number.number() < 0 ? Dim(0) : Dim::unknown();
  });
}

}  // namespace

/// y = a equals b; NaN equals nothing. Shapes: a, b broadcast -> y. Source: ONNX Equal,
/// version 19.
OpDefs op_equal() {
  return OpDef("Equal", 19)
      .input("A", kTypes)
      .input("B", kTypes)
      .output("C", types::kBool, "T1")
      .define(infer, reference, ops::one_flop);
}

}  // namespace pare
