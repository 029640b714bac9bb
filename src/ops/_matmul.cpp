#include "ops/_matmul.hpp"

#include "ops/_broadcast.hpp"

namespace pare::ops {

MatMulPlan plan_matmul(const AttributeReader& a, const Shape& left, const Shape& right) {
  if (left.empty() || right.empty()) a.fail("a scalar is no matrix");
  Shape l = left;
  Shape r = right;
  if (l.size() == 1) l.insert(l.begin(), 1);
  if (r.size() == 1) r.push_back(1);
  MatMulPlan plan;
  plan.m = l[l.size() - 2];
  plan.k = l.back();
  plan.n = r.back();
  if (r[r.size() - 2] != plan.k) {
    a.fail(cat("cannot multiply ", to_string(left), " and ", to_string(right)));
  }
  l.resize(l.size() - 2);
  r.resize(r.size() - 2);
  plan.shape = broadcast_shapes(l, r);
  plan.a_batch = broadcast_offsets(l, plan.shape);
  plan.b_batch = broadcast_offsets(r, plan.shape);
  if (left.size() > 1) plan.shape.push_back(plan.m);
  if (right.size() > 1) plan.shape.push_back(plan.n);
  element_count(plan.shape);  // too large is an error before memory is asked for
  return plan;
}

std::optional<SymShape> matmul_shape(const AttributeReader& a, const SymShape* left,
                                     const SymShape* right) {
  if (left == nullptr || right == nullptr) return std::nullopt;
  if (left->empty() || right->empty()) a.fail("a scalar is no matrix");
  const Dim inner = right->size() == 1 ? right->back() : (*right)[right->size() - 2];
  want_equal(a, left->back(), inner, "the inner size of the product");
  const SymShape l(left->begin(), left->end() - (left->size() == 1 ? 1 : 2));
  const SymShape r(right->begin(), right->end() - (right->size() == 1 ? 1 : 2));
  SymShape y = broadcast_shapes(l, r);
  if (left->size() > 1) y.push_back((*left)[left->size() - 2]);
  if (right->size() > 1) y.push_back(right->back());
  return y;
}

Cost matmul_cost(const ShapeContext& c, std::size_t left) {
  const SymShape* l = c.input_shape(left);
  if (l == nullptr || l->empty() || !l->back().is_number()) return {};
  const double macs = value_count(c.output(0).type) * static_cast<double>(l->back().number());
  return {.macs = macs, .flops = 2 * macs, .bytes = traffic_bytes(c)};
}

Value* left_gradient(GradientContext& g, Value* a, Value* b, Value* dy) {
  const std::size_t rank = g.rank(a);
  if (g.rank(b) == 1) {
    return g.sum_to(g.mul(rank == 1 ? dy : g.unsqueeze(dy, {-1}), b), a);
  }
  if (rank > 1) return g.sum_to(g.matmul(dy, g.transpose_last(b)), a);
  Value* columns = g.matmul(b, g.unsqueeze(dy, {-1}));
  return g.sum_to(g.op("Squeeze", {columns, g.ints({-1})}), a);
}

Value* right_gradient(GradientContext& g, Value* a, Value* b, Value* dy) {
  const std::size_t left = g.rank(a);
  const std::size_t rank = g.rank(b);
  if (rank == 1) return g.sum_to(g.mul(left == 1 ? dy : g.unsqueeze(dy, {-1}), a), b);
  if (left == 1) return g.sum_to(g.mul(g.unsqueeze(a, {-1}), g.unsqueeze(dy, {-2})), b);
  if (rank > 2 || left == 2) return g.sum_to(g.matmul(g.transpose_last(a), dy), b);
  // One product over all rows of all batches instead of a sum of products.
  const auto rows = [&](Value* v) { return g.op("Flatten", {v}, {{"axis", std::int64_t{-1}}}); };
  return g.matmul(g.transpose(rows(a), {1, 0}), rows(dy));
}

}  // namespace pare::ops
