#include <cstring>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

/// Elements of a small boolean tensor, when the constant is known.
std::optional<std::vector<bool>> known_mask(const ShapeContext& c) {
  const Tensor* constant = c.input_constant(0);
  std::vector<bool> out;
  if (constant != nullptr && constant->kind() == ElementKind::boolean && constant->rank() <= 1) {
    for (const bool b : constant->data<bool>()) out.push_back(b);
    return out;
  }
  const auto elements = c.input_ints(0);  // from Equal and its like
  if (!elements) return std::nullopt;
  for (const std::int64_t e : *elements) out.push_back(e != 0);
  return out;
}

void propagate(ShapeContext& c) {
  const auto mask = known_mask(c);
  const auto a = c.input_elements(1);
  const auto b = c.input_elements(2);
  if (!mask || !a || !b || mask->empty() || a->empty() || b->empty()) return;
  const std::size_t n = std::max({mask->size(), a->size(), b->size()});
  std::vector<Dim> out;
  for (std::size_t i = 0; i < n; ++i) {
    const auto at = [&](std::size_t size) { return size == 1 ? 0 : i; };
    if (at(mask->size()) >= mask->size() || at(a->size()) >= a->size() ||
        at(b->size()) >= b->size()) {
      return;
    }
    out.push_back((*mask)[at(mask->size())] ? (*a)[at(a->size())] : (*b)[at(b->size())]);
  }
  c.set_output_elements(0, std::move(out));
}

void infer(ShapeContext& c) {
  const SymShape* m = c.input_shape(0);
  const SymShape* a = c.input_shape(1);
  const SymShape* b = c.input_shape(2);
  std::optional<SymShape> y;
  if (m != nullptr && a != nullptr && b != nullptr) {
    y = broadcast_shapes(broadcast_shapes(*m, *a), *b);
  }
  c.set_output(0, c.input_dtype(1), y);
  propagate(c);
}

void reference(OpCall& call) {
  const Tensor& m = call.input(0);
  const Tensor& a = call.input(1);
  const Tensor& b = call.input(2);
  const Shape shape = broadcast_shapes(broadcast_shapes(m.shape(), a.shape()), b.shape());
  const auto im = ops::broadcast_offsets(m.shape(), shape);
  const auto ia = ops::broadcast_offsets(a.shape(), shape);
  const auto ib = ops::broadcast_offsets(b.shape(), shape);
  const auto mask = m.data<bool>();
  ops::ElementCopier copy(a.type(), shape);
  for (std::size_t i = 0; i < im.size(); ++i) {
    const bool first = mask[static_cast<std::size_t>(im[i])];
    copy.put(static_cast<std::int64_t>(i), first ? a : b, first ? ia[i] : ib[i]);
  }
  call.set_output(0, copy.take());
}

void gradient(GradientContext& g) {
  if (g.wants(1)) g.set_dx(1, g.sum_to(g.where_or_zero(g.x(0), g.dy(0)), g.x(1)));
  if (g.wants(2)) g.set_dx(2, g.sum_to(g.zero_where(g.x(0), g.dy(0)), g.x(2)));
}

}  // namespace

/// y = mask ? a : b. Shapes: all broadcast -> y. Source: ONNX Where, version 16.
OpDefs op_where() {
  return OpDef("Where", 16)
      .input("condition", types::kBool, "B")
      .input("X", types::kAll)
      .input("Y", types::kAll)
      .output("output", types::kAll)
      .define(infer, reference, ops::one_flop)
      .differentiable(gradient);
}

}  // namespace pare
