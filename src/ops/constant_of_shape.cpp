#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"

namespace pare {
namespace {

Tensor filling(const AttributeReader& a) {
  const Tensor* value = a.attr_tensor("value");
  if (value == nullptr) return Tensor::of<float>({1}, {0.0F});
  if (value->size() != 1) a.fail("'value' must hold one element");
  return *value;
}

void infer(ShapeContext& c) {
  const Tensor fill = filling(c);
  const auto sizes = c.input_elements(0);
  std::optional<SymShape> y;
  if (sizes) {
    y = *sizes;
    for (const Dim& d : *sizes) {
      if (d.is_number() && d.number() < 0) c.fail(cat("a size of ", d.text()));
    }
  }
  c.set_output(0, fill.type(), y);
  if (!sizes || sizes->size() != 1 || !fill.type().is_integer() || !(*sizes)[0].is_number()) return;
  constexpr std::int64_t kMost = 64;
  const std::int64_t n = (*sizes)[0].number();
  if (n < 0 || n > kMost) return;
  c.set_output_elements(0, std::vector<Dim>(static_cast<std::size_t>(n), fill.to_ints()[0]));
}

void reference(OpCall& call) {
  const Shape shape = call.input(0).to_ints();
  const auto n = static_cast<std::size_t>(element_count(shape));
  call.set_output(0, ops::gather_elements(filling(call), shape, std::vector<std::int64_t>(n, 0)));
}

}  // namespace

/// A tensor of the given sizes filled with `value` (float 0 by default). Source: ONNX
/// ConstantOfShape, version 25.
OpDefs op_constant_of_shape() {
  return OpDef("ConstantOfShape", 25)
      .input("input", {ElementKind::i64}, "T1")
      .output("output", types::kAll, "T2")
      .optional_attribute("value", AttributeKind::tensor, "one element")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
