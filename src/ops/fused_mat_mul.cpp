#include <algorithm>

#include "ops/_broadcast.hpp"
#include "ops/_gradient.hpp"
#include "ops/_matmul.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

bool asks(const AttributeReader& a, const char* attribute) {
  return a.def().find_attribute(attribute) != nullptr && a.attr_int(attribute) != 0;
}

/// Which dimension of the operand stands at each place of [batch, rows, columns]: transBatch moves
/// the first behind the other batch dimensions, then trans swaps the last two.
std::vector<std::size_t> order_of(const AttributeReader& a, bool left, std::size_t rank) {
  std::vector<std::size_t> order(rank);
  for (std::size_t i = 0; i < rank; ++i) order[i] = i;
  if (rank < 2) return order;  // a vector has nothing to swap
  if (asks(a, left ? "transBatchA" : "transBatchB")) {
    if (rank < 3) a.fail(cat("transBatch", left ? "A" : "B", " with rank ", rank));
    std::rotate(order.begin(), order.begin() + 1, order.end() - 1);
  }
  if (asks(a, left ? "transA" : "transB")) std::swap(order[rank - 2], order[rank - 1]);
  return order;
}

template <class Size>
std::vector<Size> reordered(const std::vector<Size>& sizes, const std::vector<std::size_t>& order) {
  std::vector<Size> out;
  out.reserve(order.size());
  for (const std::size_t i : order) out.push_back(sizes[i]);
  return out;
}

void infer(ShapeContext& c) {
  std::optional<SymShape> y;
  const SymShape* a = c.input_shape(0);
  const SymShape* b = c.input_shape(1);
  if (a != nullptr && b != nullptr) {
    const SymShape left = reordered(*a, order_of(c, true, a->size()));
    const SymShape right = reordered(*b, order_of(c, false, b->size()));
    y = ops::matmul_shape(c, &left, &right);
  }
  c.set_output(0, c.input_dtype(0), y);
}

std::vector<double> operand(const OpCall& call, bool left, Shape& shape) {
  const Tensor& t = call.input(left ? 0 : 1);
  const auto order = order_of(call, left, t.rank());
  shape = reordered(t.shape(), order);
  ops::StridedWalk walk(shape, reordered(strides_of(t.shape()), order));
  const std::vector<double> in = t.to_doubles();
  std::vector<double> out(in.size());
  for (double& v : out) {
    v = in[static_cast<std::size_t>(walk.offset())];
    walk.next();
  }
  return out;
}

void reference(OpCall& call) {
  Shape left;
  Shape right;
  const std::vector<double> a = operand(call, true, left);
  const std::vector<double> b = operand(call, false, right);
  const ops::MatMulPlan plan = ops::plan_matmul(call, left, right);
  std::vector<double> y = ops::multiply(plan, a, b);
  const auto alpha = static_cast<double>(call.attr_float("alpha"));
  for (double& v : y) v *= alpha;
  call.set_output(0, ops::from_doubles(y, plan.shape, call.input(0).type()));
}

Cost cost(const ShapeContext& c) {
  const SymShape* a = c.input_shape(0);
  if (a == nullptr || a->empty()) return {};
  const Dim& k = (*a)[order_of(c, true, a->size()).back()];
  if (!k.is_number()) return {};
  const double macs = ops::value_count(c.output(0).type) * static_cast<double>(k.number());
  return {.macs = macs, .flops = 2 * macs, .bytes = ops::traffic_bytes(c)};
}

/// As of MatMul, between the operands as they are multiplied; then back into the order given.
void gradient(GradientContext& g) {
  std::vector<Value*> operands;
  std::vector<Shape> back;
  for (std::size_t i = 0; i < 2; ++i) {
    const auto order = order_of(g, i == 0, g.rank(g.x(i)));
    Shape forth(order.begin(), order.end());
    back.emplace_back(order.size());
    for (std::size_t d = 0; d < order.size(); ++d) {
      back[i][order[d]] = static_cast<std::int64_t>(d);
    }
    operands.push_back(std::is_sorted(forth.begin(), forth.end()) ? g.x(i)
                                                                  : g.transpose(g.x(i), forth));
  }
  Value* dy = g.mul(g.dy(0), static_cast<double>(g.attr_float("alpha")));
  for (std::size_t i = 0; i < 2; ++i) {
    if (!g.wants(i)) continue;
    Value* dx = i == 0 ? ops::left_gradient(g, operands[0], operands[1], dy)
                       : ops::right_gradient(g, operands[0], operands[1], dy);
    g.set_dx(i, operands[i] == g.x(i) ? dx : g.transpose(dx, back[i]));
  }
}

OpDef schema(const char* name) {
  return OpDef("com.microsoft", name, 1)
      .input("A", types::kFloat)
      .input("B", types::kFloat)
      .output("Y", types::kFloat)
      .attribute("alpha", 1.0F, "factor of the product")
      .attribute("transA", std::int64_t{0}, "the last two dimensions of A are swapped first")
      .attribute("transB", std::int64_t{0}, "the last two dimensions of B are swapped first")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace

/// Y = alpha A' B' as MatMul; A' and B' have their last two dimensions swapped as asked, after
/// transBatch has moved the first dimension to the place before the last. TransposeMatMul is its
/// older name. Shapes: A' [.., M, K], B' [.., K, N] -> Y [.., M, N].
/// Source: ONNX Runtime, ContribOperators.md, FusedMatMul.
OpDefs op_fused_mat_mul() {
  return {schema("FusedMatMul")
              .attribute("transBatchA", std::int64_t{0}, "A is [M, .., K]")
              .attribute("transBatchB", std::int64_t{0}, "B is [K, .., N]"),
          schema("TransposeMatMul")};
}

}  // namespace pare
