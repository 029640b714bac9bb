#include "ops/_qlinear.hpp"

namespace pare::ops {
namespace {

void binary_infer(ShapeContext& c) {
  std::optional<SymShape> y;
  const SymShape* a = c.input_shape(0);
  const SymShape* b = c.input_shape(3);
  if (a != nullptr && b != nullptr) y = broadcast_shapes(*a, *b);
  c.set_output(0, c.input_dtype(0), y);
}

Cost unary_cost(const ShapeContext& c) { return per_output(c, 6); }
Cost binary_cost(const ShapeContext& c) { return per_output(c, 8); }

}  // namespace

OpDef& quantized_input(OpDef& def, const std::string& name) {
  return output_scale(def.input(name, kByteCodes), name);
}

OpDef& output_scale(OpDef& def, const std::string& name) {
  return def.input(name + "_scale", {ElementKind::f32}, "tensor(float)")
      .optional_input(name + "_zero_point", kByteCodes);
}

std::vector<double> dequantized(const OpCall& call, std::size_t x) {
  return dequantize(call.input(x), single_affine(call, x + 1, x + 2));
}

Tensor requantized(const OpCall& call, const std::vector<double>& values, const Shape& shape,
                   std::size_t scale, DType to) {
  return quantize(values, shape, single_affine(call, scale, scale + 1), to);
}

OpDef qlinear_unary_def(const char* name, void (*reference)(OpCall&)) {
  OpDef def("com.microsoft", name, 1);
  output_scale(quantized_input(def, "X"), "Y").output("Y", kByteCodes);
  return def.define(same_as_input, reference, unary_cost);
}

OpDef qlinear_binary_def(const char* name, void (*reference)(OpCall&)) {
  OpDef def("com.microsoft", name, 1);
  output_scale(quantized_input(quantized_input(def, "A"), "B"), "C").output("C", kByteCodes);
  return def.define(binary_infer, reference, binary_cost);
}

}  // namespace pare::ops
