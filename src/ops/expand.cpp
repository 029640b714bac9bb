#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const auto to = c.input_elements(1);
  std::optional<SymShape> y;
  if (x != nullptr && to) y = broadcast_shapes(*x, SymShape(*to));
  c.set_output(0, c.input_dtype(0), y);
  auto elements = c.input_elements(0);
  if (!elements || !y || y->size() > 1) return;
  constexpr std::int64_t kMost = 4096;
  const Dim n = y->empty() ? Dim(1) : y->front();
  if (!n.is_number() || n.number() < 0 || n.number() > kMost) return;
  if (elements->size() == 1) elements->resize(static_cast<std::size_t>(n.number()), (*elements)[0]);
  c.set_output_elements(0, std::move(*elements));
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Shape shape = broadcast_shapes(x.shape(), call.input(1).to_ints());
  call.set_output(0, ops::gather_elements(x, shape, ops::broadcast_offsets(x.shape(), shape)));
}

void gradient(GradientContext& g) { g.set_dx(0, g.sum_to(g.dy(0), g.x(0))); }

}  // namespace

/// x broadcast against `shape`. Source: ONNX Expand, version 13.
OpDefs op_expand() {
  return OpDef("Expand", 13)
      .input("input", types::kAll)
      .input("shape", {ElementKind::i64}, "tensor(int64)")
      .output("output", types::kAll)
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
