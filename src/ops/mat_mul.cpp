#include "ops/_gradient.hpp"
#include "ops/_matmul.hpp"

namespace pare {
namespace {

constexpr TypeSet kAllowed =
    types::kFloat | TypeSet{ElementKind::i32, ElementKind::i64, ElementKind::u32, ElementKind::u64};

void infer(ShapeContext& c) {
  c.set_output(0, c.input_dtype(0), ops::matmul_shape(c, c.input_shape(0), c.input_shape(1)));
}

void reference(OpCall& call) {
  const Tensor& a = call.input(0);
  const Tensor& b = call.input(1);
  const ops::MatMulPlan plan = ops::plan_matmul(call, a.shape(), b.shape());
  if (a.type().is_integer()) {
    const auto y = ops::multiply(plan, ops::to_wrapping(a), ops::to_wrapping(b));
    call.set_output(0, ops::from_wrapping(y, plan.shape, a.type()));
  } else {
    const auto y = ops::multiply(plan, a.to_doubles(), b.to_doubles());
    call.set_output(0, ops::from_doubles(y, plan.shape, a.type()));
  }
}

Cost cost(const ShapeContext& c) { return ops::matmul_cost(c, 0); }

void gradient(GradientContext& g) {
  if (g.wants(0)) g.set_dx(0, ops::left_gradient(g, g.x(0), g.x(1), g.dy(0)));
  if (g.wants(1)) g.set_dx(1, ops::right_gradient(g, g.x(0), g.x(1), g.dy(0)));
}

}  // namespace

/// y = a b. Shapes: a [.., M, K], b [.., K, N] -> y [.., M, N], batches broadcast; vectors count as
/// one row (a) or one column (b). Source: ONNX MatMul, version 13.
OpDefs op_mat_mul() {
  return OpDef("MatMul", 13)
      .input("A", kAllowed)
      .input("B", kAllowed)
      .output("Y", kAllowed)
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
