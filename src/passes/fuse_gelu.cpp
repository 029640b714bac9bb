#include <algorithm>
#include <cmath>

#include "passes/_rewrite.hpp"

namespace pare {
namespace {

using passes::near;

constexpr double kSqrtHalf = 0.70710678118654752440;
constexpr double kTanhScale = 0.79788456080286535588;  // sqrt(2 / pi)
constexpr double kCubic = 0.044715;

struct Found {
  Value* x = nullptr;
  bool tanh = false;
};

/// u = x * factor: x.
Value* scaled(Value* u, double factor) {
  const auto product = passes::product_of(u);
  if (!product || product->values.size() != 1 || !near(product->factor, factor)) return nullptr;
  return product->values[0];
}

/// True when v is x * x * x in any order, or Pow(x, 3), times `factor`.
bool is_power(Value* v, const Value* x, double power, double factor) {
  const auto product = passes::product_of(v);
  if (!product || !near(product->factor, factor)) return false;
  double found = 0;
  for (Value* part : product->values) {
    const Node* pow = passes::made_by(part, "Pow");
    if (part == x) {
      found += 1;
    } else if (pow != nullptr && pow->input(0) == x && passes::has_one_reader(*part)) {
      found += passes::scalar_beside(pow->input(1), x).value_or(1e9);
    } else {
      return false;
    }
  }
  return found == power;
}

/// v = sqrt(2 / pi) * (x + 0.044715 x^3), also as a product with x * (1 + 0.044715 x^2): x.
Value* tanh_argument(Value* v) {
  const auto product = passes::product_of(v);
  if (!product || !near(product->factor, kTanhScale)) return nullptr;
  if (product->values.size() == 1) {
    const Node* add = passes::made_by(product->values[0], "Add");
    if (add == nullptr || !passes::has_one_reader(*product->values[0])) return nullptr;
    for (std::size_t i = 0; i < 2; ++i) {
      if (is_power(add->input(1 - i), add->input(i), 3, kCubic)) return add->input(i);
    }
    return nullptr;
  }
  if (product->values.size() != 2) return nullptr;
  for (std::size_t i = 0; i < 2; ++i) {
    Value* x = product->values[i];
    Value* square = passes::plus_constant(product->values[1 - i], 1);
    if (square != nullptr && is_power(square, x, 2, kCubic)) return x;
  }
  return nullptr;
}

std::optional<Found> gelu_at(const Node& n) {
  if ((!n.is("Mul") && !n.is("Div")) || !passes::is_float(n.output())) return std::nullopt;
  const auto product = passes::product_of(n.output());
  if (!product || product->values.size() != 2 || !near(product->factor, 0.5)) return std::nullopt;
  for (Value* candidate : product->values) {
    Value* inner = passes::plus_constant(candidate, 1);
    if (inner == nullptr || !passes::has_one_reader(*inner)) continue;
    Found found;
    if (const Node* erf = passes::made_by(inner, "Erf")) {
      found.x = scaled(erf->input(0), kSqrtHalf);
    } else if (const Node* tanh = passes::made_by(inner, "Tanh")) {
      found = {tanh_argument(tanh->input(0)), true};
    }
    if (found.x != nullptr && passes::other_factor(*product, found.x) == candidate) return found;
  }
  return std::nullopt;
}

Verdict match(const Node& n, const PassContext& /*context*/) {
  const auto found = gelu_at(n);
  if (!found) return not_mine();
  if (!passes::same_shape(found->x, n.output())) return refuse("the shape of x is not known");
  return accept();
}

void rewrite(Node& n, PassContext& /*context*/) {
  const Found found = *gelu_at(n);
  NodeSpec spec{.op = "Gelu", .inputs = {found.x}};
  if (found.tanh) spec.attributes.emplace("approximate", std::string("tanh"));
  passes::replace_node(n, std::move(spec));
}

}  // namespace

/// Before: y = 0.5 x (1 + Erf(x / sqrt 2)), or y = 0.5 x (1 + Tanh(sqrt(2 / pi) (x + 0.044715
/// x^3))), factors in any order, x^3 as products or Pow      After: y = Gelu(x)
/// Refuses: x whose shape is not known to be that of y. An intermediate result with another
/// reader, or numbers more than 0.01 % off, are no match.
/// Keeps: output names; y up to rounding.
PassDef pass_fuse_gelu() {
  return {.name = "fuse_gelu",
          .what = "recognises Gelu in its parts",
          .stage = 30,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
