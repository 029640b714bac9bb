#include <cmath>
#include <utility>

#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

void check(const AttributeReader& a, const SymShape& x) {
  if (x.size() < 2) a.fail(cat("x has shape ", to_string(x), ", wanted rank 2 or more"));
  ops::want_equal(a, x.back(), x[x.size() - 2], "the number of columns");
}

void infer(ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> y;
  if (x != nullptr) {
    check(c, *x);
    y = SymShape(x->begin(), x->end() - 2);
  }
  c.set_output(0, c.input_dtype(0), y);
}

/// Gaussian elimination with the greatest pivot of each column; destroys m [n, n].
double determinant(double* m, std::int64_t n) {
  double product = 1;
  for (std::int64_t k = 0; k < n; ++k) {
    std::int64_t best = k;
    for (std::int64_t r = k + 1; r < n; ++r) {
      if (std::abs(m[r * n + k]) > std::abs(m[best * n + k])) best = r;
    }
    if (m[best * n + k] == 0) return 0;
    if (best != k) {
      for (std::int64_t c = 0; c < n; ++c) std::swap(m[k * n + c], m[best * n + c]);
      product = -product;
    }
    product *= m[k * n + k];
    for (std::int64_t r = k + 1; r < n; ++r) {
      const double factor = m[r * n + k] / m[k * n + k];
      for (std::int64_t c = k; c < n; ++c) m[r * n + c] -= factor * m[k * n + c];
    }
  }
  return product;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  check(call, to_symbolic(x.shape()));
  const std::int64_t n = x.shape().back();
  const Shape shape(x.shape().begin(), x.shape().end() - 2);
  std::vector<double> v = x.to_doubles();
  std::vector<double> y(static_cast<std::size_t>(element_count(shape)));
  for (std::size_t i = 0; i < y.size(); ++i) {
    y[i] = determinant(v.data() + static_cast<std::int64_t>(i) * n * n, n);
  }
  call.set_output(0, ops::from_doubles(y, shape, x.type()));
}

Cost cost(const ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const double n = x != nullptr && !x->empty() && x->back().is_number()
                       ? static_cast<double>(x->back().number())
                       : 0;
  return ops::per_input(c, n);
}

void gradient(GradientContext& g) {
  Value* dy = g.unsqueeze(g.dy(0), {-2, -1});
  g.set_dx(0, g.mul(dy, g.op("Cofactor", {g.x(0)}, {}, "pare")));
}

}  // namespace

/// The determinant of square matrices. Shapes: x [.., M, M] -> y [..]. Source: ONNX Det, version
/// 22.
OpDefs op_det() {
  return OpDef("Det", 22)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(infer, reference, cost)
      .differentiable(gradient);
}

}  // namespace pare
