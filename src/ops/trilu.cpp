#include <algorithm>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_gradient.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  if (x != nullptr && x->size() < 2) c.fail("want a matrix");
  ops::same_as_input(c);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  if (x.rank() < 2) call.fail("want a matrix");
  const bool upper = call.attr_int("upper") != 0;
  const std::int64_t rows = x.dim(x.rank() - 2);
  const std::int64_t columns = x.dim(x.rank() - 1);
  std::int64_t k = 0;
  if (call.has_input(1)) {
    const std::vector<std::int64_t> given = call.input(1).to_ints();
    if (given.size() != 1) call.fail("k must be one number");
    k = std::clamp(given[0], -rows - 1, columns + 1);  // beyond that nothing changes any more
  }
  const Tensor zero(x.type(), {});
  ops::ElementCopier out(x.type(), x.shape());
  for (std::int64_t at = 0; at < x.size(); ++at) {
    const std::int64_t row = at / columns % rows;
    const std::int64_t column = at % columns;
    const bool keep = upper ? column >= row + k : column <= row + k;
    out.put(at, keep ? x : zero, keep ? at : 0);
  }
  call.set_output(0, out.take());
}

void gradient(GradientContext& g) {
  g.set_dx(0, g.op("Trilu", {g.dy(0), g.x(1)}, {{"upper", g.attr_int("upper")}}));
}

OpDef schema(const char* domain, int since) {
  return OpDef(domain, "Trilu", since)
      .input("input", types::kAll)
      .optional_input("k", {ElementKind::i64}, "tensor(int64)")
      .output("output", types::kAll)
      .attribute("upper", std::int64_t{1}, "0: the lower triangle")
      .define(infer, reference, ops::free_of_flops)
      .differentiable(gradient);
}

}  // namespace

/// The upper (or lower) triangle of matrices, zero elsewhere; k moves the diagonal to the right.
/// Shapes: x [.., R, C] -> y as x. Source: ONNX Trilu, version 14; ONNX Runtime,
/// ContribOperators.md, Trilu.
OpDefs op_trilu() { return {schema("", 14), schema("com.microsoft", 1)}; }

}  // namespace pare
