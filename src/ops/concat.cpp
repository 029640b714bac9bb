#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"

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
      } else if (other.is_number()) {
        mine = other;
      }
    }
  }
  c.set_output(0, c.input_dtype(0), shape);
  if (shape && shape->size() == 1) propagate(c);
}

void reference(OpCall& call) {
  const Tensor& first = call.input(0);
  const auto axis = static_cast<std::size_t>(call.attr_axis("axis", first.rank()));
  Shape shape = first.shape();
  shape[axis] = 0;
  for (std::size_t i = 0; i < call.input_count(); ++i) {
    const Shape& s = call.input(i).shape();
    if (s.size() != shape.size()) call.fail("inputs of different rank");
    for (std::size_t d = 0; d < s.size(); ++d) {
      if (d != axis && s[d] != shape[d]) call.fail("sizes differ outside the axis");
    }
    shape[axis] += s[axis];
  }
  Tensor out(first.type(), shape);
  std::int64_t outer = 1;
  std::int64_t inner = 1;
  for (std::size_t d = 0; d < axis; ++d) outer *= shape[d];
  for (std::size_t d = axis + 1; d < shape.size(); ++d) inner *= shape[d];
  if (first.kind() == ElementKind::string) {
    const auto y = out.mutable_data<std::string>();
    std::size_t at = 0;
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::size_t i = 0; i < call.input_count(); ++i) {
        const auto x = call.input(i).data<std::string>();
        const auto row = static_cast<std::size_t>(call.input(i).dim(axis) * inner);
        for (std::size_t k = 0; k < row; ++k) y[at++] = x[static_cast<std::size_t>(o) * row + k];
      }
    }
  } else if (first.type().info().values > 1) {
    call.fail("sub-byte element types cannot be joined");
  } else {
    const auto y = out.mutable_bytes();
    std::size_t at = 0;
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::size_t i = 0; i < call.input_count(); ++i) {
        const auto x = call.input(i).bytes();
        const std::size_t row =
            static_cast<std::size_t>(call.input(i).dim(axis) * inner) * first.type().info().bytes;
        const auto from = x.subspan(static_cast<std::size_t>(o) * row, row);
        std::copy(from.begin(), from.end(), y.begin() + static_cast<std::ptrdiff_t>(at));
        at += row;
      }
    }
  }
  call.set_output(0, out);
}

}  // namespace

/// Inputs end to end along `axis`. Shapes: equal but for `axis`. Source: ONNX Concat, version 13.
OpDefs op_concat() {
  return OpDef("Concat", 13)
      .variadic_input("inputs", types::kAll)
      .output("concat_result", types::kAll)
      .required_attribute("axis", AttributeKind::integer, "dimension to join along")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
