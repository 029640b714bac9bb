#include <cmath>
#include <utility>

#include "ops/_numbers.hpp"

namespace pare {
namespace {

constexpr TypeSet kReal = {ElementKind::f16, ElementKind::f32, ElementKind::f64};

void check(const AttributeReader& a, const SymShape& x) {
  if (x.size() < 2) a.fail(cat("X has shape ", to_string(x), ", wanted rank 2 or more"));
  ops::want_equal(a, x.back(), x[x.size() - 2], "the number of columns");
}

void infer(ShapeContext& c) {
  if (const SymShape* x = c.input_shape(0)) check(c, *x);
  c.set_output(0, c.input(0));
}

/// Gauss-Jordan elimination with the greatest pivot of each column: m [n, n] is destroyed, y, the
/// unit matrix before, becomes the inverse.
void invert(double* m, double* y, std::int64_t n) {
  for (std::int64_t k = 0; k < n; ++k) {
    std::int64_t best = k;
    for (std::int64_t r = k + 1; r < n; ++r) {
      if (std::abs(m[r * n + k]) > std::abs(m[best * n + k])) best = r;
    }
    const double pivot = m[best * n + k];
    for (std::int64_t c = 0; c < n; ++c) {
      std::swap(m[k * n + c], m[best * n + c]);
      std::swap(y[k * n + c], y[best * n + c]);
      m[k * n + c] /= pivot;
      y[k * n + c] /= pivot;
    }
    for (std::int64_t r = 0; r < n; ++r) {
      const double factor = m[r * n + k];
      for (std::int64_t c = 0; r != k && c < n; ++c) {
        m[r * n + c] -= factor * m[k * n + c];
        y[r * n + c] -= factor * y[k * n + c];
      }
    }
  }
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  check(call, to_symbolic(x.shape()));
  const std::int64_t n = x.shape().back();
  std::vector<double> m = x.to_doubles();
  std::vector<double> y(m.size(), 0.0);
  for (std::int64_t first = 0; first < x.size(); first += n * n) {
    for (std::int64_t k = 0; k < n; ++k) y[static_cast<std::size_t>(first + k * n + k)] = 1;
    invert(m.data() + first, y.data() + first, n);
  }
  call.set_output(0, ops::from_doubles(y, x.shape(), x.type()));
}

Cost cost(const ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const bool known = x != nullptr && !x->empty() && x->back().is_number();
  return ops::per_input(c, known ? 2 * static_cast<double>(x->back().number()) : 0);
}

}  // namespace

/// The inverse of square matrices; infinite or NaN where there is none. Shapes: X [.., M, M] -> Y
/// as X. Source: ONNX Runtime, ContribOperators.md, Inverse.
OpDefs op_inverse() {
  return OpDef("com.microsoft", "Inverse", 1)
      .input("X", kReal)
      .output("Y", kReal)
      .define(infer, reference, cost);
}

}  // namespace pare
