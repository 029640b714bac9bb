#include "base/checked.hpp"
#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const auto times = c.input_elements(1);
  std::optional<SymShape> y;
  if (x != nullptr) {
    y = SymShape(x->size());
    if (times && times->size() == x->size()) {
      for (std::size_t i = 0; i < x->size(); ++i) (*y)[i] = (*x)[i] * (*times)[i];
    }
  }
  c.set_output(0, c.input_dtype(0), y);
  const auto elements = c.input_elements(0);
  if (!elements || !y || y->size() > 1) return;
  constexpr std::int64_t kMost = 4096;
  const Dim n = y->empty() ? Dim(1) : y->front();
  if (!n.is_number() || n.number() < 0 || n.number() > kMost || elements->empty()) return;
  std::vector<Dim> out;
  for (std::size_t i = 0; i < static_cast<std::size_t>(n.number()); ++i) {
    out.push_back((*elements)[i % elements->size()]);
  }
  c.set_output_elements(0, std::move(out));
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const std::vector<std::int64_t> times = call.input(1).to_ints();
  if (times.size() != x.rank()) call.fail(cat("want ", x.rank(), " repeats, got ", times.size()));
  Shape shape;
  for (std::size_t i = 0; i < x.rank(); ++i) {
    if (times[i] < 0) call.fail("a negative number of repeats");
    shape.push_back(checked_mul(x.dim(i), times[i]));
  }
  const Shape strides = strides_of(x.shape());
  std::vector<std::int64_t> index(static_cast<std::size_t>(element_count(shape)));
  Shape at(shape.size(), 0);
  for (std::int64_t& i : index) {
    for (std::size_t d = 0; d < at.size(); ++d) i += at[d] % x.dim(d) * strides[d];
    for (std::size_t d = at.size(); d-- > 0;) {
      if (++at[d] < shape[d]) break;
      at[d] = 0;
    }
  }
  call.set_output(0, ops::gather_elements(x, shape, index));
}

/// Repeats become dimensions of their own, before each dimension, and are summed.
void gradient(GradientContext& g) {
  const std::size_t rank = g.rank(g.x(0));
  if (rank == 0) {
    g.set_dx(0, g.dy(0));
    return;
  }
  Value* sizes = g.op("Concat", {g.unsqueeze(g.x(1), {1}), g.unsqueeze(g.shape_of(g.x(0)), {1})},
                      {{"axis", std::int64_t{1}}});
  std::vector<std::int64_t> axes;
  for (std::size_t i = 0; i < rank; ++i) axes.push_back(2 * static_cast<std::int64_t>(i));
  g.set_dx(0,
           g.reshape_like(g.sum(g.reshape(g.dy(0), g.flat(sizes)), axes, /*keep=*/false), g.x(0)));
}

}  // namespace

/// x repeated along each dimension. Source: ONNX Tile, version 13.
OpDefs op_tile() {
  return OpDef("Tile", 13)
      .input("input", types::kAll)
      .input("repeats", {ElementKind::i64}, "T1")
      .output("output", types::kAll)
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace pare
