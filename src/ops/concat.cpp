#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"
#include "ops/_sequence.hpp"

namespace pare {
namespace {

void propagate(ShapeContext& c) {
  std::vector<Dim> all;
  for (std::size_t i = 0; i < c.input_count(); ++i) {
    const auto part = c.input_elements(i);
    if (!part) return;
    all.insert(all.end(), part->begin(), part->end());
  }
  c.set_output_elements(0, std::move(all));
}

void infer(ShapeContext& c) {
  std::optional<SymShape> shape;
  std::size_t axis = 0;
  for (std::size_t i = 0; i < c.input_count(); ++i) {
    const SymShape* s = c.input_shape(i);
    if (s == nullptr) {
      c.set_output(0, c.input_dtype(0), std::nullopt);
      return;
    }
    if (!shape) {
      axis = static_cast<std::size_t>(c.attr_axis("axis", s->size()));
      shape = *s;
      continue;
    }
    if (s->size() != shape->size()) c.fail("inputs of different rank");
    for (std::size_t d = 0; d < s->size(); ++d) {
      Dim& mine = (*shape)[d];
      const Dim& other = (*s)[d];
      if (d == axis) {
        mine = mine + other;
      } else if (mine.is_number() && other.is_number() && !(mine == other)) {
        c.fail(cat("sizes ", mine.text(), " and ", other.text(), " differ outside the axis"));
      } else if (other.is_number() || mine.is_unknown()) {
        mine = other;
      }
    }
  }
  c.set_output(0, c.input_dtype(0), shape);
  if (shape && shape->size() == 1) propagate(c);
}

void reference(OpCall& call) {
  std::vector<Tensor> parts;
  for (std::size_t i = 0; i < call.input_count(); ++i) parts.push_back(call.input(i));
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", call.input(0).rank()));
  call.set_output(0, ops::concatenated(call, parts, axis));
}

void gradient(GradientContext& g) {
  const std::int64_t axis = g.attr_int("axis");
  const std::size_t n = g.node().inputs().size();
  std::vector<std::int64_t> known;
  std::vector<Value*> sizes;
  for (std::size_t i = 0; i < n; ++i) {
    sizes.push_back(g.size_of(g.x(i), axis));
    if (sizes[i]->is_constant()) known.push_back(sizes[i]->constant().to_ints().front());
  }
  Value* split =
      known.size() == n ? g.ints(known) : g.op("Concat", sizes, {{"axis", std::int64_t{0}}});
  const auto parts = g.outputs_of("Split", {g.dy(0), split}, {{"axis", axis}}, n);
  for (std::size_t i = 0; i < n; ++i) g.set_dx(i, parts[i]);
}

}  // namespace

/// Inputs end to end along `axis`. Shapes: equal but for `axis`. Source: ONNX Concat, version 13.
OpDefs op_concat() {
  return OpDef("Concat", 13)
      .variadic_input("inputs", types::kAll)
      .output("concat_result", types::kAll)
      .required_attribute("axis", AttributeKind::integer, "dimension to join along")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
