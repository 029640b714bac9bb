#include "ops/elementwise.hpp"

namespace pare {

Tensor ints(const Shape& values) {
  return Tensor::of<std::int64_t>({static_cast<std::int64_t>(values.size())}, values);
}

std::string shape_with(const std::string& op, const SymShape& x, const Tensor& constant) {
  const std::vector<ValueType> types = {typed(ElementKind::f32, x),
                                        ValueType(constant.type(), to_symbolic(constant.shape()))};
  return to_string(infer_op(op, types, {}, 0, "", {Tensor(), constant}));
}

void expect_reduce(const std::string& op, const ReduceCase& want, float tolerance) {
  const Tensor x = Tensor::of<float>({2, 3}, {1, 2, 4, 3, -5, 0.5F});
  const auto axes = [](std::int64_t a) { return Tensor::of<std::int64_t>({1}, {a}); };
  const Attributes drop = {{"keepdims", std::int64_t{0}}};
  const Tensor kept = run_op(op, {x, axes(-1)}).at(0);
  EXPECT_EQ(kept.shape(), (Shape{2, 1}));
  expect_close(kept, want.rows, tolerance);
  const Tensor dropped = run_op(op, {x, axes(0)}, drop).at(0);
  EXPECT_EQ(dropped.shape(), (Shape{3}));
  expect_close(dropped, want.columns, tolerance);
  expect_close(run_op(op, {x}, drop).at(0), {want.all}, tolerance);
  const Tensor none = Tensor(ElementKind::i64, {0});
  expect_close(run_op(op, {x, none}, drop).at(0), {want.all}, tolerance);
  const ValueType symbolic = typed(ElementKind::f32, {Dim::symbol("N"), 3, Dim::symbol("W")});
  const ValueType one = typed(ElementKind::i64, {1});
  EXPECT_EQ(to_string(infer_op(op, {symbolic, one}, {}, 0, "", {Tensor(), axes(2)})), "[N,3,1]");
  EXPECT_EQ(to_string(infer_op(op, {symbolic, one}, drop, 0, "", {Tensor(), axes(0)})), "[3,W]");
  EXPECT_EQ(fault_of([&] { run_op(op, {x, axes(2)}); }), Fault::corrupt);
}

std::vector<Tensor> run_unchecked(const std::string& op, const std::vector<Tensor>& inputs,
                                  const Attributes& attributes, std::size_t outputs) {
  OneNode one(op, inputs, attributes, outputs, "");
  return interpret(one.graph, op_registry(), one.inputs);
}

std::string shape_text(const std::string& op, const std::vector<SymShape>& shapes,
                       const Attributes& attributes, ElementKind kind) {
  std::vector<ValueType> types;
  types.reserve(shapes.size());
  for (const SymShape& s : shapes) types.push_back(typed(kind, s));
  return to_string(infer_op(op, types, attributes));
}

void expect_unary(const std::string& op, const std::vector<float>& x, const std::vector<float>& y,
                  const Attributes& attributes, float tolerance) {
  const auto n = static_cast<std::int64_t>(x.size());
  const Tensor in = Tensor::of<float>({1, n, 1}, x);
  const Tensor out = run_op(op, {in}, attributes).at(0);
  EXPECT_EQ(out.shape(), in.shape());
  expect_close(out, y, tolerance);
  expect_close(run_op(op, {in.cast(dtype_of(ElementKind::f64))}, attributes).at(0), y, tolerance);
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16}) {
    const Tensor narrow = run_op(op, {in.cast(dtype_of(kind))}, attributes).at(0);
    EXPECT_TRUE(identical(narrow, out.cast(dtype_of(kind)))) << dtype_of(kind).name();
  }
  EXPECT_EQ(run_op(op, {Tensor(ElementKind::f32, {0, 2})}, attributes).at(0).size(), 0);
  EXPECT_EQ(shape_text(op, {{Dim::symbol("N"), 3}}, attributes), "[N,3]");
  EXPECT_EQ(fault_of([&] { run_unchecked(op, {Tensor()}, attributes); }), Fault::corrupt);
}

void expect_binary(const std::string& op, const Tensor& a, const Tensor& b,
                   const std::vector<float>& want, const Attributes& attributes, float tolerance) {
  ASSERT_EQ(a.shape(), (Shape{2, 1}));
  ASSERT_EQ(b.shape(), (Shape{3}));
  const Tensor y = run_op(op, {a, b}, attributes).at(0);
  EXPECT_EQ(y.shape(), (Shape{2, 3}));
  expect_close(y, want, tolerance);
  EXPECT_EQ(shape_text(op, {{Dim::symbol("N"), 1}, {3}}, attributes, a.kind()), "[N,3]");
  const Tensor two =
      b.type() == ElementKind::boolean ? Tensor(b.type(), {2}) : Tensor(b.type(), {2});
  EXPECT_EQ(fault_of([&] { run_unchecked(op, {two, b}, attributes); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run_unchecked(op, {Tensor(), b}, attributes); }), Fault::corrupt);
}

}  // namespace pare
