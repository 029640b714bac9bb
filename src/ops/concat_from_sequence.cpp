#include <algorithm>

#include "ops/_sequence.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const ValueType element = ops::held_type(c.input(0));
  ValueType out(element.dtype);
  if (element.shape) {
    const bool fresh = c.attr_int("new_axis") != 0;
    SymShape shape = *element.shape;
    const auto axis = static_cast<std::size_t>(c.attr_axis("axis", shape.size() + (fresh ? 1 : 0)));
    if (fresh) {
      shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), Dim::unknown());
    } else {
      shape[axis] = Dim::unknown();
    }
    out.shape = std::move(shape);
  }
  c.set_output(0, out);
}

void reference(OpCall& call) {
  std::vector<Tensor> parts = ops::tensors_in(call.value(0));
  if (parts.empty()) call.fail("the sequence is empty");
  const bool fresh = call.attr_int("new_axis") != 0;
  const auto axis =
      static_cast<std::size_t>(call.attr_axis("axis", parts[0].rank() + (fresh ? 1 : 0)));
  if (fresh) {
    for (Tensor& part : parts) {
      Shape shape = part.shape();
      shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(std::min(axis, shape.size())), 1);
      part = part.reshaped(std::move(shape));
    }
  }
  call.set_output(0, ops::concatenated(call, parts, axis));
}

}  // namespace

/// All elements of a sequence one behind the other along `axis`, or stacked along a new one.
/// Errors: Fault::corrupt for an empty sequence or shapes that do not fit. Source: ONNX
/// ConcatFromSequence, version 11.
OpDefs op_concat_from_sequence() {
  return OpDef("ConcatFromSequence", 11)
      .input("input_sequence", types::kAll, "S")
      .of(kinds::kSequence)
      .output("concat_result", types::kAll)
      .required_attribute("axis", AttributeKind::integer, "dimension to join along")
      .attribute("new_axis", std::int64_t{0}, "1: along a new dimension")
      .define(infer, reference, ops::free_of_cost);
}

}  // namespace pare
