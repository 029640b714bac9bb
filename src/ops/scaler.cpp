#include "ops/_elementwise.hpp"
#include "ops/_ml.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  c.set_output(0, dtype_of(ElementKind::f32), x != nullptr ? std::optional(*x) : std::nullopt);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const std::vector<float> offset = call.attr_floats("offset");
  const std::vector<float> scale = call.attr_floats("scale");
  const std::size_t columns = x.rank() == 0 ? 1 : static_cast<std::size_t>(x.shape().back());
  for (const auto* list : {&offset, &scale}) {
    if (list->size() != 1 && list->size() != columns) {
      call.fail(cat("offset and scale must have 1 or ", columns, " entries, not ", list->size()));
    }
  }
  const std::vector<double> in = x.to_doubles();
  const auto out = call.make_output(0, dtype_of(ElementKind::f32), x.shape()).mutable_data<float>();
  const auto entry = [&](const std::vector<float>& list, std::size_t i) {
    return static_cast<double>(list[list.size() == 1 ? 0 : i % columns]);
  };
  for (std::size_t i = 0; i < in.size(); ++i) {
    out[i] = static_cast<float>((in[i] - entry(offset, i)) * entry(scale, i));
  }
}

}  // namespace

/// y = (x - offset) * scale, with one offset and scale for all or one for each column of the last
/// dimension. Shapes: any -> the same, in float. Errors: Fault::corrupt for other numbers of
/// entries. Source: ONNX (ai.onnx.ml) Scaler, version 1.
OpDefs op_scaler() {
  return ops::ml_op("Scaler", 1)
      .input("X", ops::kMlNumber)
      .output("Y", ops::kF32, "Y")
      .optional_attribute("offset", AttributeKind::reals, "taken away first")
      .optional_attribute("scale", AttributeKind::reals, "multiplied then")
      .define(infer, reference, [](const ShapeContext& c) { return ops::per_input(c, 2); });
}

}  // namespace pare
