#include <cmath>

#include "ops/_activation.hpp"
#include "ops/_broadcast.hpp"
#include "ops/_matmul.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

constexpr TypeSet kTypes = {ElementKind::f16, ElementKind::f32, ElementKind::f64, ElementKind::i32,
                            ElementKind::i64, ElementKind::u32, ElementKind::u64};

void infer(ShapeContext& c) {
  SymShape y(2);
  SymShape inner(2);
  for (std::size_t i = 0; i < 2; ++i) {
    const SymShape* s = c.input_shape(i);
    if (s == nullptr) continue;
    if (s->size() != 2) c.fail(cat("input ", i, " has shape ", to_string(*s), ", wanted rank 2"));
    const bool swap = c.attr_int(i == 0 ? "transA" : "transB") != 0;
    y[i] = (*s)[swap ? 1 - i : i];
    inner[i] = (*s)[swap ? i : 1 - i];
  }
  ops::want_equal(c, inner[0], inner[1], "the inner size of the product");
  c.set_output(0, c.input_dtype(0), y);
}

/// The matrix in double, transposed when attribute `swap` says so; `shape` becomes what it has.
std::vector<double> operand(const OpCall& call, std::size_t input, const char* swap, Shape& shape) {
  const Tensor& t = call.input(input);
  ops::want_rank(call, t, 2, cat("input ", input));
  shape = t.shape();
  if (call.attr_int(swap) == 0) return t.to_doubles();
  std::swap(shape[0], shape[1]);
  return ops::transposed(t.to_doubles(), t.dim(0), t.dim(1));
}

std::vector<float> activation_params(const AttributeReader& a) {
  std::vector<float> params;
  for (const char* name : {"activation_alpha", "activation_beta", "activation_gamma"}) {
    if (!a.has_attr(name)) break;
    params.push_back(a.attr_float(name));
  }
  return params;
}

void reference(OpCall& call) {
  const auto f =
      ops::fused_activation(call, call.attr_string("activation"), activation_params(call));
  Shape left;
  Shape right;
  const std::vector<double> a = operand(call, 0, "transA", left);
  const std::vector<double> b = operand(call, 1, "transB", right);
  const ops::MatMulPlan plan = ops::plan_matmul(call, left, right);
  std::vector<double> y = ops::multiply(plan, a, b);
  const auto alpha = static_cast<double>(call.attr_float("alpha"));
  for (double& v : y) v *= alpha;
  const auto beta = static_cast<double>(call.attr_float("beta"));
  if (call.has_input(2) && beta != 0) {
    const Tensor& c = call.input(2);
    if (broadcast_shapes(c.shape(), plan.shape) != plan.shape) {
      call.fail(cat("C has shape ", to_string(c.shape()), ", which does not broadcast to ",
                    to_string(plan.shape)));
    }
    const std::vector<double> add = c.to_doubles();
    const auto offsets = ops::broadcast_offsets(c.shape(), plan.shape);
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] += beta * add[static_cast<std::size_t>(offsets[i])];
    }
  }
  const bool whole = call.input(0).type().is_integer();
  for (double& v : y) v = whole ? std::trunc(f(v)) : f(v);
  call.set_output(0, ops::from_doubles(y, plan.shape, call.input(0).type()));
}

Cost cost(const ShapeContext& c) {
  const SymShape* a = c.input_shape(0);
  if (a == nullptr || a->size() != 2) return {};
  const Dim& k = (*a)[c.attr_int("transA") != 0 ? 0 : 1];
  if (!k.is_number()) return {};
  const double macs = ops::value_count(c.output(0).type) * static_cast<double>(k.number());
  return {.macs = macs, .flops = 2 * macs, .bytes = ops::traffic_bytes(c)};
}

}  // namespace

/// Y = f(alpha A' B' + beta C), A' and B' transposed as asked. Shapes: A [M, K], B [K, N], C that
/// broadcasts to Y [M, N]. Source: ONNX Runtime, ContribOperators.md, FusedGemm.
OpDefs op_fused_gemm() {
  return OpDef("com.microsoft", "FusedGemm", 1)
      .input("A", kTypes)
      .input("B", kTypes)
      .optional_input("C", kTypes)
      .output("Y", kTypes)
      .attribute("alpha", 1.0F, "factor of the product")
      .attribute("beta", 1.0F, "factor of C")
      .attribute("transA", std::int64_t{0}, "A is [K, M]")
      .attribute("transB", std::int64_t{0}, "B is [N, K]")
      .attribute("activation", std::string(), "name of an ONNX operator")
      .optional_attribute("activation_alpha", AttributeKind::real, "its first number")
      .optional_attribute("activation_beta", AttributeKind::real, "its second number")
      .optional_attribute("activation_gamma", AttributeKind::real, "its third number")
      .define(infer, reference, cost);
}

}  // namespace pare
