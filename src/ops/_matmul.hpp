#pragma once

#include "ops/_broadcast.hpp"
#include "ops/_elementwise.hpp"

namespace pare::ops {

/// Shapes of a product of stacks of matrices, by the rules of numpy.matmul.
struct MatMulShape {
  Shape shape;                           ///< of the result
  Shape batch;                           ///< leading dimensions, broadcast
  std::vector<std::int64_t> a_at, b_at;  ///< first element of each matrix
  std::int64_t m = 0, n = 0, k = 0;
};
/// Fault::corrupt when they do not fit.
MatMulShape matmul_shape(const Shape& a, const Shape& b);

/// y[.., m, n] = sum over k of a(i) * b(j), where i and j are indices of elements.
template <class Sum, class A, class B, class Store>
void multiply(const MatMulShape& s, const A& a, const B& b, Store store) {
  std::int64_t at = 0;
  for (std::size_t t = 0; t < s.a_at.size(); ++t) {
    for (std::int64_t i = 0; i < s.m; ++i) {
      for (std::int64_t j = 0; j < s.n; ++j) {
        Sum sum{};
        for (std::int64_t k = 0; k < s.k; ++k) {
          sum += static_cast<Sum>(a(s.a_at[t] + i * s.k + k)) *
                 static_cast<Sum>(b(s.b_at[t] + k * s.n + j));
        }
        store(at++, i, j, sum);
      }
    }
  }
}

/// Sets output 0 to `type` with the shape of a product of inputs `a` and `b`.
void matmul_infer(ShapeContext& c, std::size_t a, std::size_t b, DType type);
Cost matmul_cost(const ShapeContext& c, std::size_t a);

}  // namespace pare::ops
