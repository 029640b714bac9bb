#pragma once

// A few operators of the tests' own: the layer ops lies above this one.

#include <algorithm>

#include "ir/op.hpp"

namespace pare {
namespace test_ops {

inline void same_infer(ShapeContext& c) { c.set_output(0, c.input(0)); }

template <class Fn>
void each(OpCall& call, Fn&& fn) {
  Tensor& y = call.make_output(0, call.input(0).type(), call.input(0).shape());
  const auto x = call.input(0).data<float>();
  const auto out = y.mutable_data<float>();
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = fn(x[i], i);
}

inline void neg(OpCall& call) {
  each(call, [](float x, std::size_t) { return -x; });
}
inline void relu(OpCall& call) {
  each(call, [](float x, std::size_t) { return std::max(x, 0.0F); });
}
inline void add(OpCall& call) {
  const auto b = call.input(1).data<float>();
  if (b.size() != call.input(0).data<float>().size()) call.fail("sizes differ");
  each(call, [&](float x, std::size_t i) { return x + b[i]; });
}
inline void add_infer(ShapeContext& c) {
  if (c.input_shape(0) == nullptr || c.input_shape(1) == nullptr) return;
  c.set_output(0, c.input_dtype(0), broadcast_shapes(*c.input_shape(0), *c.input_shape(1)));
}

inline void shape_infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  if (x == nullptr) return;
  c.set_output(0, dtype_of(ElementKind::i64), SymShape{static_cast<std::int64_t>(x->size())});
  c.set_output_elements(0, *x);
}

/// Multiplies the elements of an int64 vector by `by`.
inline void times_infer(ShapeContext& c) {
  c.set_output(0, c.input(0));
  if (auto elements = c.input_elements(0)) {
    for (Dim& d : *elements) d = d * Dim(c.attr_int("by"));
    c.set_output_elements(0, *elements);
  }
}

inline void reshape_infer(ShapeContext& c) {
  c.set_output(0, c.input_dtype(0), c.input_elements(1));
}

inline const std::shared_ptr<Graph>& body(const AttributeReader& a, std::string_view name) {
  return *a.node().attribute_as<std::shared_ptr<Graph>>(name);
}
inline void if_infer(ShapeContext& c) {
  c.set_output(0, c.infer_body(*body(c, "then_branch"), {}).at(0));
  c.infer_body(*body(c, "else_branch"), {});
}
inline void if_reference(OpCall& call) {
  const bool yes = call.input(0).item<bool>();
  call.set_output(0, call.run_body(*body(call, yes ? "then_branch" : "else_branch"), {}).at(0));
}

/// y = body applied `count` times to x.
inline void repeat_reference(OpCall& call) {
  Tensor x = call.input(0);
  for (std::int64_t i = 0; i < call.attr_int("count"); ++i) {
    x = call.run_body(*body(call, "body"), {x}).at(0).tensor();
  }
  call.set_output(0, x);
}
inline void repeat_infer(ShapeContext& c) {
  c.set_output(0, c.infer_body(*body(c, "body"), {c.input(0)}).at(0));
}

inline Cost flops(const ShapeContext& c) {
  return {.flops = static_cast<double>(product(*c.output(0).type.shape).number())};
}

}  // namespace test_ops

inline OpRegistry make_test_ops() {
  OpRegistry ops;
  const auto def = [](const char* name) { return OpDef(name, 1).input("x").output("y"); };
  ops.add(def("Neg").define(test_ops::same_infer, test_ops::neg, test_ops::flops));
  ops.add(def("Relu").define(test_ops::same_infer, test_ops::relu, nullptr));
  ops.add(def("Identity").define(test_ops::same_infer, nullptr, nullptr));
  ops.add(OpDef("Add", 1)
              .input("a", types::kFloat)
              .input("b", types::kFloat)
              .output("y")
              .define(test_ops::add_infer, test_ops::add, nullptr));
  ops.add(OpDef("Shape", 1)
              .input("x")
              .output("y", types::kAll, "I")
              .define(test_ops::shape_infer, nullptr, nullptr));
  ops.add(def("Times")
              .required_attribute("by", AttributeKind::integer)
              .define(test_ops::times_infer, nullptr, nullptr));
  ops.add(OpDef("Reshape", 1)
              .input("x")
              .input("shape", types::kAll, "I")
              .output("y")
              .define(test_ops::reshape_infer, nullptr, nullptr));
  ops.add(OpDef("If", 1)
              .input("cond", types::kBool, "B")
              .output("y")
              .required_attribute("then_branch", AttributeKind::graph)
              .required_attribute("else_branch", AttributeKind::graph)
              .define(test_ops::if_infer, test_ops::if_reference, nullptr));
  ops.add(def("Repeat")
              .required_attribute("count", AttributeKind::integer)
              .required_attribute("body", AttributeKind::graph)
              .define(test_ops::repeat_infer, test_ops::repeat_reference, nullptr));
  return ops;
}

}  // namespace pare
