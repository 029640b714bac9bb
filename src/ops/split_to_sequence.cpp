#include <algorithm>

#include "ops/_axes.hpp"
#include "ops/_sequence.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  ValueType element(c.input_dtype(0));
  if (const SymShape* x = c.input_shape(0)) {
    SymShape shape = *x;
    const auto axis = static_cast<std::size_t>(c.attr_axis("axis", x->size()));
    if (c.has_input(1)) {
      shape[axis] = Dim::unknown();  // the last part may be smaller
    } else if (c.attr_int("keepdims") != 0) {
      shape[axis] = 1;
    } else {
      shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
    }
    element.shape = std::move(shape);
  }
  c.set_output(0, ops::sequence_of(element));
}

/// Sizes along the axis: given one by one, or all alike up to the rest.
std::vector<std::int64_t> parts_of(const OpCall& call, std::int64_t size) {
  if (!call.has_input(1)) return std::vector<std::int64_t>(static_cast<std::size_t>(size), 1);
  std::vector<std::int64_t> given = call.input(1).to_ints();
  if (call.input(1).rank() == 0) {
    if (given[0] < 1) call.fail(cat("parts of size ", given[0]));
    std::vector<std::int64_t> parts;
    for (std::int64_t left = size; left > 0; left -= parts.back()) {
      parts.push_back(std::min(given[0], left));
    }
    return parts;
  }
  std::int64_t left = size;  // counted down, as the sum of hostile parts may not fit
  for (const std::int64_t g : given) {
    if (g < 0 || g > left) call.fail(cat("parts ", to_string(given), " of ", size));
    left -= g;
  }
  if (left != 0) call.fail(cat("parts ", to_string(given), " of ", size));
  return given;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", x.rank()));
  const bool drop = !call.has_input(1) && call.attr_int("keepdims") == 0;
  const ops::AxisView view(x.shape(), axis);
  std::vector<RuntimeValue> elements;
  std::int64_t first = 0;
  for (const std::int64_t size : parts_of(call, x.dim(axis))) {
    Shape shape = x.shape();
    shape[axis] = size;
    ops::ElementCopier out(x.type(), shape);
    const std::int64_t row = size * view.inner;
    for (std::int64_t to = 0; to < view.outer * row; ++to) {
      const std::int64_t from = (to / row * view.size + first) * view.inner + to % row;
      out.put(to, x, from);
    }
    if (drop) shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
    elements.emplace_back(out.take().reshaped(std::move(shape)));
    first += size;
  }
  call.set_output(0, RuntimeValue::sequence(std::move(elements)));
}

}  // namespace

/// Cuts x along `axis` into a sequence: into parts of the sizes `split` (a list), into parts of
/// size `split` (a scalar; the last may be smaller), or into slices. Source: ONNX SplitToSequence,
/// version 24.
OpDefs op_split_to_sequence() {
  return OpDef("SplitToSequence", 24)
      .input("input", types::kAll)
      .optional_input("split", types::kIndex, "I")
      .output("output_sequence", types::kAll, "S")
      .of(kinds::kSequence)
      .attribute("axis", std::int64_t{0}, "dimension that is cut")
      .attribute("keepdims", std::int64_t{1}, "0: slices lose the dimension; only without split")
      .define(infer, reference, ops::free_of_cost);
}

}  // namespace pare
