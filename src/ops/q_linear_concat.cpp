#include "base/checked.hpp"
#include "ops/_axes.hpp"
#include "ops/_qlinear.hpp"

namespace pare {
namespace {

constexpr std::size_t kFirst = 2;  // input of the first part; each has codes, scale, zero point
constexpr std::size_t kEach = 3;

std::size_t parts_of(const AttributeReader& a, std::size_t inputs) {
  if (inputs < kFirst + kEach || (inputs - kFirst) % kEach != 0) {
    a.fail(cat(inputs, " inputs, wanted a scale, a zero point and three for every part"));
  }
  return (inputs - kFirst) / kEach;
}

void infer(ShapeContext& c) {
  const std::size_t parts = parts_of(c, c.input_count());
  std::optional<SymShape> y;
  for (std::size_t p = 0; p < parts; ++p) {
    const SymShape* x = c.input_shape(kFirst + p * kEach);
    if (x == nullptr) {
      y.reset();
      break;
    }
    const auto axis = static_cast<std::size_t>(c.attr_axis("axis", x->size()));
    if (!y) {
      y = *x;
      continue;
    }
    if (x->size() != y->size()) c.fail("inputs of different rank");
    for (std::size_t d = 0; d < x->size(); ++d) {
      if (d == axis) {
        (*y)[d] = (*y)[d] + (*x)[d];
        continue;
      }
      ops::want_equal(c, (*x)[d], (*y)[d], cat("size ", d, " of part ", p));
      if ((*y)[d].is_unknown()) (*y)[d] = (*x)[d];
    }
  }
  const DType type = c.input_dtype(c.has_input(1) ? 1 : kFirst);
  c.set_output(0, type, y);
}

Shape joined_shape(const OpCall& call, std::size_t parts) {
  Shape shape = call.input(kFirst).shape();
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", shape.size()));
  shape[axis] = 0;
  for (std::size_t p = 0; p < parts; ++p) {
    const Tensor& x = call.input(kFirst + p * kEach);
    if (!ops::kByteCodes.has(x.kind())) call.fail(cat("part ", p, " is ", x.type().name()));
    Shape others = x.shape();
    if (others.size() == shape.size()) others[axis] = shape[axis];
    if (others != shape) {
      call.fail(cat("part ", p, " has shape ", to_string(x.shape()), ", the first ",
                    to_string(call.input(kFirst).shape())));
    }
    shape[axis] = checked_add(shape[axis], x.dim(axis));
  }
  return shape;
}

void reference(OpCall& call) {
  const std::size_t parts = parts_of(call, call.input_count());
  const Shape shape = joined_shape(call, parts);
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", shape.size()));
  const ops::AxisView whole(shape, axis);
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  std::int64_t base = 0;
  for (std::size_t p = 0; p < parts; ++p) {
    const std::size_t input = kFirst + p * kEach;
    const std::vector<double> x = ops::dequantized(call, input);
    const ops::AxisView part(call.input(input).shape(), axis);
    for (std::int64_t o = 0; o < part.outer; ++o) {
      for (std::int64_t k = 0; k < part.size; ++k) {
        for (std::int64_t i = 0; i < part.inner; ++i) {
          y[whole.at(o, base + k, i)] = x[part.at(o, k, i)];
        }
      }
    }
    base += part.size;
  }
  const DType type = (call.has_input(1) ? call.input(1) : call.input(kFirst)).type();
  call.set_output(0, ops::requantized(call, y, shape, 0, type));
}

Cost cost(const ShapeContext& c) { return ops::per_output(c, 5); }

}  // namespace

/// Parts end to end along `axis`, each with a scale and a zero point of its own, requantized.
/// Shapes: equal but for `axis`. Inputs: Y_scale, Y_zero_point, then codes, scale and zero point of
/// every part. Source: ONNX Runtime, ContribOperators.md, QLinearConcat.
OpDefs op_q_linear_concat() {
  return OpDef("com.microsoft", "QLinearConcat", 1)
      .input("Y_scale", {ElementKind::f32}, "TF")
      .optional_input("Y_zero_point", ops::kByteCodes, "T8")
      .variadic_input("inputs", ops::kByteCodes | TypeSet{ElementKind::f32}, "TV")
      .output("Y", ops::kByteCodes, "T8")
      .required_attribute("axis", AttributeKind::integer, "dimension to join along")
      .define(infer, reference, cost);
}

}  // namespace pare
