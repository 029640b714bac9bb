#include "ops/_matmul.hpp"

namespace pare::ops {

MatMulShape matmul_shape(const Shape& a_given, const Shape& b_given) {
  if (a_given.empty() || b_given.empty()) throw Error(Fault::corrupt, "product with a scalar");
  Shape a = a_given;
  Shape b = b_given;
  if (a.size() == 1) a.insert(a.begin(), 1);
  if (b.size() == 1) b.push_back(1);
  MatMulShape s;
  s.m = a[a.size() - 2];
  s.k = a[a.size() - 1];
  s.n = b[b.size() - 1];
  if (b[b.size() - 2] != s.k) {
    throw Error(Fault::corrupt,
                cat("matrices ", to_string(a_given), " and ", to_string(b_given), " do not fit"));
  }
  const Shape a_batch(a.begin(), a.end() - 2);
  const Shape b_batch(b.begin(), b.end() - 2);
  s.batch = broadcast_shapes(a_batch, b_batch);
  s.a_at = broadcast_offsets(a_batch, s.batch);
  s.b_at = broadcast_offsets(b_batch, s.batch);
  for (std::int64_t& o : s.a_at) o *= s.m * s.k;
  for (std::int64_t& o : s.b_at) o *= s.k * s.n;
  s.shape = s.batch;
  if (a_given.size() > 1) s.shape.push_back(s.m);
  if (b_given.size() > 1) s.shape.push_back(s.n);
  return s;
}

void matmul_infer(ShapeContext& c, std::size_t ai, std::size_t bi, DType type) {
  const SymShape* a = c.input_shape(ai);
  const SymShape* b = c.input_shape(bi);
  if (a == nullptr || b == nullptr || a->empty() || b->empty()) {
    c.set_output(0, type, std::nullopt);
    return;
  }
  const Dim& ka = a->back();
  const Dim& kb = b->size() > 1 ? (*b)[b->size() - 2] : b->back();
  if (ka.is_number() && kb.is_number() && !(ka == kb)) {
    c.fail(cat("matrices ", to_string(*a), " and ", to_string(*b), " do not fit"));
  }
  const auto batch = [](const SymShape& s) {
    return s.size() > 2 ? SymShape(s.begin(), s.end() - 2) : SymShape{};
  };
  SymShape y = broadcast_shapes(batch(*a), batch(*b));
  if (a->size() > 1) y.push_back((*a)[a->size() - 2]);
  if (b->size() > 1) y.push_back(b->back());
  c.set_output(0, type, y);
}

Cost matmul_cost(const ShapeContext& c, std::size_t ai) {
  Cost cost = elementwise_cost(c, 0);
  const SymShape* a = c.input_shape(ai);
  const auto& y = c.output(0).type.shape;
  const auto out = y ? to_numbers(*y) : std::nullopt;
  if (a == nullptr || a->empty() || !a->back().is_number() || !out) return cost;
  cost.macs = static_cast<double>(element_count(*out)) * static_cast<double>(a->back().number());
  cost.flops = 2 * cost.macs;
  return cost;
}

}  // namespace pare::ops
