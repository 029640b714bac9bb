#include "ops/_matmul.hpp"

namespace pare {
namespace {

struct Sizes {
  std::int64_t m = 0, n = 0, k = 0;
};

void infer(ShapeContext& c) {
  const SymShape* a = c.input_shape(0);
  const SymShape* b = c.input_shape(1);
  if ((a != nullptr && a->size() != 2) || (b != nullptr && b->size() != 2)) {
    c.fail("A and B must be matrices");
  }
  SymShape y(2);
  const std::size_t ta = c.attr_int("transA") != 0 ? 1 : 0;
  const std::size_t tb = c.attr_int("transB") != 0 ? 1 : 0;
  if (a != nullptr) y[0] = (*a)[ta];
  if (b != nullptr) y[1] = (*b)[1 - tb];
  if (a != nullptr && b != nullptr) {
    const Dim& ka = (*a)[1 - ta];
    const Dim& kb = (*b)[tb];
    if (ka.is_number() && kb.is_number() && !(ka == kb)) {
      c.fail(cat("matrices ", to_string(*a), " and ", to_string(*b), " do not fit"));
    }
  }
  c.set_output(0, c.input_dtype(0), y);
}

void reference(OpCall& call) {
  const Tensor& a = call.input(0);
  const Tensor& b = call.input(1);
  if (a.rank() != 2 || b.rank() != 2) call.fail("A and B must be matrices");
  const bool ta = call.attr_int("transA") != 0;
  const bool tb = call.attr_int("transB") != 0;
  const Sizes s{a.dim(ta ? 1 : 0), b.dim(tb ? 0 : 1), a.dim(ta ? 0 : 1)};
  if (b.dim(tb ? 1 : 0) != s.k) {
    call.fail(cat("matrices ", to_string(a.shape()), " and ", to_string(b.shape()), " do not fit"));
  }
  const auto alpha = static_cast<double>(call.attr_float("alpha"));
  const auto beta = static_cast<double>(call.attr_float("beta"));
  const std::vector<double> xa = a.to_doubles();
  const std::vector<double> xb = b.to_doubles();
  std::vector<double> y(static_cast<std::size_t>(s.m * s.n), 0.0);
  if (call.has_input(2)) {
    const Tensor& c = call.input(2);
    if (broadcast_shapes(c.shape(), {s.m, s.n}) != Shape{s.m, s.n}) call.fail("C is too large");
    const auto offsets = ops::broadcast_offsets(c.shape(), {s.m, s.n});
    const std::vector<double> xc = c.to_doubles();
    for (std::size_t i = 0; i < y.size(); ++i) {
      y[i] = beta * xc[static_cast<std::size_t>(offsets[i])];
    }
  }
  for (std::int64_t i = 0; i < s.m; ++i) {
    for (std::int64_t j = 0; j < s.n; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < s.k; ++k) {
        sum += xa[static_cast<std::size_t>(ta ? k * s.m + i : i * s.k + k)] *
               xb[static_cast<std::size_t>(tb ? j * s.k + k : k * s.n + j)];
      }
      y[static_cast<std::size_t>(i * s.n + j)] += alpha * sum;
    }
  }
  call.set_output(0, Tensor::of<double>({s.m, s.n}, y).cast(a.type()));
}

Cost cost(const ShapeContext& c) {
  Cost r = ops::elementwise_cost(c, 0);
  const SymShape* a = c.input_shape(0);
  const auto& y = c.output(0).type.shape;
  const auto out = y ? to_numbers(*y) : std::nullopt;
  if (a == nullptr || !out) return r;
  const Dim& k = (*a)[c.attr_int("transA") != 0 ? 0 : 1];
  if (!k.is_number()) return r;
  r.macs = static_cast<double>(element_count(*out)) * static_cast<double>(k.number());
  r.flops = 2 * r.macs;
  return r;
}

constexpr TypeSet kTypes =
    types::kFloat | TypeSet{ElementKind::i32, ElementKind::i64, ElementKind::u32, ElementKind::u64};

}  // namespace

/// y = alpha * a' * b' + beta * c, a' and b' transposed where said. Shapes: a [M, K], b [K, N], c
/// broadcast to [M, N] -> y [M, N]. Source: ONNX Gemm, version 13.
OpDefs op_gemm() {
  return OpDef("Gemm", 13)
      .input("A", kTypes)
      .input("B", kTypes)
      .optional_input("C", kTypes)
      .output("Y", kTypes)
      .attribute("alpha", 1.0F, "factor of the product")
      .attribute("beta", 1.0F, "factor of C")
      .attribute("transA", std::int64_t{0}, "1: A is [K, M]")
      .attribute("transB", std::int64_t{0}, "1: B is [N, K]")
      .define(infer, reference, cost);
}

}  // namespace pare
