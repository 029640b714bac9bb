#include <cmath>
#include <numeric>
#include <utility>

#include "ops/_elementwise.hpp"
#include "ops/_numbers.hpp"

namespace pare {
namespace {

using Matrix = std::vector<double>;  // [n, n], row-major

void check(const AttributeReader& a, const SymShape& x) {
  if (x.size() < 2) a.fail(cat("x has shape ", to_string(x), ", wanted rank 2 or more"));
  ops::want_equal(a, x.back(), x[x.size() - 2], "the number of columns");
}

void infer(ShapeContext& c) {
  if (const SymShape* x = c.input_shape(0)) check(c, *x);
  c.set_output(0, c.input(0));
}

/// Gaussian elimination with the greatest pivot of all that is left: rows `row` and columns
/// `column` of A, in that order, are L U, both in `m` (L has ones on its diagonal).
struct Elimination {
  Matrix m;
  std::vector<std::int64_t> row, column;
  double sign = 1;
  std::int64_t rank = 0;
};

void exchange(Elimination& e, std::int64_t n, std::int64_t k, std::int64_t r, std::int64_t c) {
  if (r != k) {
    for (std::int64_t i = 0; i < n; ++i) std::swap(e.m[k * n + i], e.m[r * n + i]);
    std::swap(e.row[k], e.row[r]);
    e.sign = -e.sign;
  }
  if (c != k) {
    for (std::int64_t i = 0; i < n; ++i) std::swap(e.m[i * n + k], e.m[i * n + c]);
    std::swap(e.column[k], e.column[c]);
    e.sign = -e.sign;
  }
}

Elimination eliminate(Matrix m, std::int64_t n) {
  Elimination e{std::move(m), std::vector<std::int64_t>(n), std::vector<std::int64_t>(n)};
  std::iota(e.row.begin(), e.row.end(), 0);
  std::iota(e.column.begin(), e.column.end(), 0);
  for (; e.rank < n; ++e.rank) {
    const std::int64_t k = e.rank;
    std::int64_t best = k * n + k;
    for (std::int64_t r = k; r < n; ++r) {
      for (std::int64_t c = k; c < n; ++c) {
        if (std::abs(e.m[r * n + c]) > std::abs(e.m[best])) best = r * n + c;
      }
    }
    if (e.m[best] == 0) break;
    exchange(e, n, k, best / n, best % n);
    for (std::int64_t r = k + 1; r < n; ++r) {
      const double factor = e.m[r * n + k] /= e.m[k * n + k];
      for (std::int64_t c = k + 1; c < n; ++c) e.m[r * n + c] -= factor * e.m[k * n + c];
    }
  }
  return e;
}

/// v becomes U^-1 v for the first `size` rows; `step` apart.
void solve_upper(const Elimination& e, std::int64_t n, std::int64_t size, double* v,
                 std::int64_t step) {
  for (std::int64_t i = size; i-- > 0;) {
    for (std::int64_t k = i + 1; k < size; ++k) v[i * step] -= e.m[i * n + k] * v[k * step];
    v[i * step] /= e.m[i * n + i];
  }
}

/// adj(U) L^-1 of a matrix of full rank: det(U) U^-1 L^-1.
Matrix regular(const Elimination& e, std::int64_t n, double product) {
  Matrix w(static_cast<std::size_t>(n * n));
  for (std::int64_t c = 0; c < n; ++c) {
    w[c * n + c] = product;
    for (std::int64_t i = c + 1; i < n; ++i) {
      for (std::int64_t k = c; k < i; ++k) w[i * n + c] -= e.m[i * n + k] * w[k * n + c];
    }
    solve_upper(e, n, n, w.data() + c, n);
  }
  return w;
}

/// The same where one pivot, the last, is 0: a column that U takes to 0 times a row that L takes to
/// the last unit vector.
Matrix singular(const Elimination& e, std::int64_t n, double product) {
  std::vector<double> v(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i + 1 < n; ++i) v[i] = -e.m[i * n + n - 1];
  solve_upper(e, n, n - 1, v.data(), 1);
  v[n - 1] = 1;
  std::vector<double> left(static_cast<std::size_t>(n));
  left[n - 1] = 1;
  for (std::int64_t i = n - 1; i-- > 0;) {
    for (std::int64_t k = i + 1; k < n; ++k) left[i] -= e.m[k * n + i] * left[k];
  }
  Matrix w(static_cast<std::size_t>(n * n));
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t k = 0; k < n; ++k) w[i * n + k] = product * v[i] * left[k];
  }
  return w;
}

/// Cofactors of one matrix [n, n]; n > 0.
Matrix cofactors(Matrix m, std::int64_t n) {
  const Elimination e = eliminate(std::move(m), n);
  Matrix out(static_cast<std::size_t>(n * n));
  if (e.rank + 1 < n) return out;
  double product = e.sign;
  for (std::int64_t i = 0; i < e.rank; ++i) product *= e.m[i * n + i];
  const Matrix w = e.rank == n ? regular(e, n, product) : singular(e, n, product);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t k = 0; k < n; ++k) out[e.row[i] * n + e.column[k]] = w[k * n + i];
  }
  return out;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  check(call, to_symbolic(x.shape()));
  const std::int64_t n = x.shape().back();
  std::vector<double> v = x.to_doubles();
  for (auto at = v.begin(); at != v.end(); at += n * n) {
    const Matrix out = cofactors(Matrix(at, at + n * n), n);
    std::copy(out.begin(), out.end(), at);
  }
  call.set_output(0, ops::from_doubles(v, x.shape(), x.type()));
}

Cost cost(const ShapeContext& c) {
  const SymShape* x = c.input_shape(0);
  const bool known = x != nullptr && !x->empty() && x->back().is_number();
  return ops::per_input(c, known ? 3 * static_cast<double>(x->back().number()) : 0);
}

}  // namespace

/// The cofactors of square matrices: y[.., i, j] is the derivative of the determinant with respect
/// to x[.., i, j], also where that is 0 and there is no inverse. Shapes: x [.., M, M] -> y as x.
/// Errors: Fault::corrupt for matrices that are not square.
OpDefs op_cofactor() {
  return OpDef("pare", "Cofactor", 1)
      .input("X", types::kFloat)
      .output("Y", types::kFloat)
      .define(infer, reference, cost);
}

}  // namespace pare
