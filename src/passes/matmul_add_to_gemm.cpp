#include "passes/_rewrite.hpp"

namespace pare {
namespace {

struct Found {
  Node* product = nullptr;
  Value* bias = nullptr;
};

std::optional<Found> product_in(const Node& add) {
  if (!add.is("Add")) return std::nullopt;
  const auto pair =
      passes::operands(add, [](Value* v) { return passes::made_by(v, "MatMul") != nullptr; });
  if (!pair || &pair->first->graph() != &add.graph()) return std::nullopt;
  return Found{pair->first->producer(), pair->second};
}

bool is_matrix(const Value* v) {
  const SymShape* shape = passes::shape_of(v);
  return shape != nullptr && shape->size() == 2;
}

/// True when `b` spreads over [M, N] without changing it: [], [1], [N], [1, N], [M, N].
bool spreads_over(const Value* b, const SymShape& y) {
  const SymShape* shape = passes::shape_of(b);
  if (shape == nullptr || shape->size() > 2) return false;
  for (std::size_t i = 0; i < shape->size(); ++i) {
    const Dim& size = (*shape)[i];
    if (!size.is(1) && !(size == y[i + 2 - shape->size()])) return false;
  }
  return true;
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  const auto found = product_in(n);
  if (!found) return not_mine();
  if (!passes::is_float(found->product->output())) return refuse("Gemm is for floats");
  if (!is_matrix(found->product->input(0)) || !is_matrix(found->product->input(1))) {
    return refuse("Gemm takes two matrices");
  }
  if (!is_matrix(n.output()) || !is_matrix(found->product->output()) ||
      !spreads_over(found->bias, *passes::shape_of(found->product->output()))) {
    return refuse("the sum has another shape than the product");
  }
  if (!found->bias->is_constant()) return refuse("the other summand is not constant");
  if (!passes::has_one_reader(*found->product->output())) {
    return refuse("the product has another reader");
  }
  return accept();
}

void rewrite(Node& n, PassContext& /*context*/) {
  const Found found = *product_in(n);
  Node* product = found.product;
  if (!product->name().empty()) n.set_name(product->name());
  passes::replace_node(
      n, {.op = "Gemm", .inputs = {product->input(0), product->input(1), found.bias}});
  product->graph().erase(product);
}

}  // namespace

/// Before: y = MatMul(x, W) + b, x and W matrices      After: y = Gemm(x, W, b)
/// Refuses: other ranks; integers; b that is not constant or does not spread over the product; a
/// product with another reader.
/// Keeps: output names; y up to rounding.
PassDef pass_matmul_add_to_gemm() {
  return {.name = "matmul_add_to_gemm",
          .what = "makes Gemm of a matrix product and a sum",
          .stage = 36,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
