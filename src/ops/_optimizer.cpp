#include "ops/_optimizer.hpp"

namespace pare::ops {
namespace {

constexpr TypeSet kTypes = {ElementKind::f32, ElementKind::f64};
constexpr std::size_t kScalars = 2;  // R and T

/// Input that output `i` replaces: the gradients between values and states have none.
std::size_t replaced(std::size_t i, std::size_t tensors) {
  return kScalars + (i < tensors ? i : i + tensors);
}

/// Tensors in a group.
std::size_t optimized_tensors(const AttributeReader& a, std::size_t states) {
  const std::size_t inputs = a.node().inputs().size();
  const std::size_t outputs = a.node().outputs().size();
  const std::size_t groups = states + 2;
  if (inputs <= kScalars || (inputs - kScalars) % groups != 0) {
    a.fail(cat(inputs, " inputs, wanted 2 and a multiple of ", groups));
  }
  const std::size_t tensors = (inputs - kScalars) / groups;
  if (outputs != tensors * (groups - 1)) {
    a.fail(cat(outputs, " outputs, wanted ", tensors * (groups - 1)));
  }
  return tensors;
}

}  // namespace

OpDef optimizer_def(const char* name) {
  return OpDef("ai.onnx.preview.training", name, 1)
      .input("R", kTypes, "T1")
      .input("T", {ElementKind::i64}, "T2")
      .variadic_input("inputs", kTypes, "T3")
      .variadic_output("outputs", kTypes, "T3");
}

void infer_optimized(ShapeContext& c, std::size_t states) {
  const std::size_t tensors = optimized_tensors(c, states);
  for (std::size_t i = 0; i < c.output_count(); ++i) {
    c.set_output(i, c.input(replaced(i, tensors)));
  }
}

void optimize(OpCall& call, std::size_t states, void (*step)(const AttributeReader&, Optimized&)) {
  const std::size_t tensors = optimized_tensors(call, states);
  Optimized o;
  if (call.input(0).size() != 1) call.fail("R is not one value");
  o.rate = call.input(0).to_doubles()[0];
  o.count = one_int(call, 1, "T");
  for (std::size_t i = 0; i < tensors; ++i) {
    const Shape& shape = call.input(kScalars + i).shape();
    const auto member = [&](std::size_t group) {
      const Tensor& t = call.input(kScalars + group * tensors + i);
      want_shape(call, t, shape, cat("input ", kScalars + group * tensors + i));
      return t.to_doubles();
    };
    o.x = member(0);
    o.gradient = member(1);
    o.states.clear();
    for (std::size_t s = 0; s < states; ++s) o.states.push_back(member(2 + s));
    step(call, o);
    const auto put = [&](std::size_t output, const std::vector<double>& values) {
      const DType type = call.input(replaced(output, tensors)).type();
      call.set_output(output, from_doubles(values, shape, type));
    };
    put(i, o.x);
    for (std::size_t s = 0; s < states; ++s) put((s + 1) * tensors + i, o.states[s]);
  }
}

Cost optimizer_cost(const ShapeContext& c) {
  double values = 0;
  for (std::size_t i = 0; i < c.output_count(); ++i) values += value_count(c.output(i).type);
  return {.flops = 6 * values, .bytes = traffic_bytes(c)};
}

}  // namespace pare::ops
