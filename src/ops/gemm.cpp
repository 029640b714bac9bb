#include "ops/_broadcast.hpp"
#include "ops/_gradient.hpp"
#include "ops/_matmul.hpp"

namespace pare {
namespace {

constexpr TypeSet kAllowed =
    types::kFloat | TypeSet{ElementKind::i32, ElementKind::i64, ElementKind::u32, ElementKind::u64};

void infer(ShapeContext& c) {
  SymShape y(2, Dim::unknown());
  SymShape inner(2, Dim::unknown());
  for (std::size_t i = 0; i < 2; ++i) {
    const SymShape* s = c.input_shape(i);
    if (s == nullptr) continue;
    if (s->size() != 2) c.fail(cat("input ", i, " has shape ", to_string(*s), ", wanted rank 2"));
    const bool swap = c.attr_int(i == 0 ? "transA" : "transB") != 0;
    y[i] = (*s)[swap ? 1 - i : i];
    inner[i] = (*s)[swap ? i : 1 - i];
  }
  ops::want_equal(c, inner[0], inner[1], "the inner size of the product");
  if (c.has_input(2) && c.input_shape(2) != nullptr) {
    const SymShape& s = *c.input_shape(2);
    if (broadcast_shapes(s, y).size() != 2) c.fail("C does not broadcast to A B");
    for (std::size_t i = 0; i < s.size(); ++i) {  // the sum must not grow either
      if (!s[s.size() - 1 - i].is(1)) {
        ops::want_equal(c, s[s.size() - 1 - i], y[1 - i], cat("dimension -", i + 1, " of C"));
      }
    }
  }
  c.set_output(0, c.input_dtype(0), y);
}

/// alpha a b + beta c for numbers that are double or wrapping integers.
template <class Number, class Convert>
std::vector<Number> compute(const OpCall& call, const ops::MatMulPlan& plan, Convert convert) {
  const Tensor& ta = call.input(0);
  const Tensor& tb = call.input(1);
  std::vector<Number> a = convert(ta);
  std::vector<Number> b = convert(tb);
  if (call.attr_int("transA") != 0) a = ops::transposed(a, ta.dim(0), ta.dim(1));
  if (call.attr_int("transB") != 0) b = ops::transposed(b, tb.dim(0), tb.dim(1));
  std::vector<Number> y = ops::multiply(plan, a, b);
  const float alpha = call.attr_float("alpha");
  const float beta = call.attr_float("beta");
  const auto scaled = [](Number v, float factor) {
    if constexpr (std::is_integral_v<Number>) {
      if (factor == 1.0F) return v;
      return static_cast<Number>(static_cast<std::int64_t>(
          static_cast<double>(static_cast<std::int64_t>(v)) * static_cast<double>(factor)));
    } else {
      return v * static_cast<double>(factor);
    }
  };
  for (Number& v : y) v = scaled(v, alpha);
  if (!call.has_input(2) || beta == 0.0F) return y;
  if (broadcast_shapes(call.input(2).shape(), plan.shape) != plan.shape) {
    call.fail(cat("C has shape ", to_string(call.input(2).shape()),
                  ", which does not broadcast to ", to_string(plan.shape)));
  }
  const std::vector<Number> c = convert(call.input(2));
  const auto offsets = ops::broadcast_offsets(call.input(2).shape(), plan.shape);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] += scaled(c[offsets[i]], beta);
  return y;
}

void reference(OpCall& call) {
  const Tensor& a = call.input(0);
  const Tensor& b = call.input(1);
  ops::want_rank(call, a, 2, "A");
  ops::want_rank(call, b, 2, "B");
  const auto effective = [](const Tensor& t, bool swap) {
    return swap ? Shape{t.dim(1), t.dim(0)} : t.shape();
  };
  const ops::MatMulPlan plan = ops::plan_matmul(call, effective(a, call.attr_int("transA") != 0),
                                                effective(b, call.attr_int("transB") != 0));
  if (a.type().is_integer()) {
    const auto y = compute<std::uint64_t>(call, plan, ops::to_wrapping);
    call.set_output(0, ops::from_wrapping(y, plan.shape, a.type()));
  } else {
    const auto y = compute<double>(call, plan, [](const Tensor& t) { return t.to_doubles(); });
    call.set_output(0, ops::from_doubles(y, plan.shape, a.type()));
  }
}

Cost cost(const ShapeContext& c) {
  const SymShape* a = c.input_shape(0);
  if (a == nullptr || a->size() != 2) return {};
  const Dim& k = (*a)[c.attr_int("transA") != 0 ? 0 : 1];
  if (!k.is_number()) return {};
  const double macs = ops::value_count(c.output(0).type) * static_cast<double>(k.number());
  return {.macs = macs, .flops = 2 * macs, .bytes = ops::traffic_bytes(c)};
}

/// dA' = alpha dy B'^T and dB' = alpha A'^T dy, each written in the order its matrix is given in.
void gradient(GradientContext& g) {
  const std::int64_t swap_a = g.attr_int("transA") != 0 ? 1 : 0;
  const std::int64_t swap_b = g.attr_int("transB") != 0 ? 1 : 0;
  const auto product = [&](Value* a, Value* b, std::int64_t trans_a, std::int64_t trans_b) {
    return g.op("Gemm", {a, b},
                {{"alpha", g.attr_float("alpha")}, {"transA", trans_a}, {"transB", trans_b}});
  };
  Value* dy = g.dy(0);
  if (g.wants(0)) {
    g.set_dx(0, swap_a == 0 ? product(dy, g.x(1), 0, 1 - swap_b) : product(g.x(1), dy, swap_b, 1));
  }
  if (g.wants(1)) {
    g.set_dx(1, swap_b == 0 ? product(g.x(0), dy, 1 - swap_a, 0) : product(dy, g.x(0), 1, swap_a));
  }
  if (g.wants(2)) {
    g.set_dx(2, g.sum_to(g.mul(dy, static_cast<double>(g.attr_float("beta"))), g.x(2)));
  }
}

}  // namespace

/// y = alpha a' b' + beta c, a' = a or its transpose. Shapes: a' [M, K], b' [K, N], c broadcasts to
/// [M, N] -> y [M, N]. Source: ONNX Gemm, version 13.
OpDefs op_gemm() {
  return OpDef("Gemm", 13)
      .input("A", kAllowed)
      .input("B", kAllowed)
      .optional_input("C", kAllowed)
      .output("Y", kAllowed)
      .attribute("alpha", 1.0F, "factor of a b")
      .attribute("beta", 1.0F, "factor of c")
      .attribute("transA", std::int64_t{0}, "a is given as [K, M]")
      .attribute("transB", std::int64_t{0}, "b is given as [N, K]")
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
