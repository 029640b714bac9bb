#pragma once

#include <vector>

#include "base/threads.hpp"
#include "ops/_gradient.hpp"
#include "ops/_numbers.hpp"

namespace pare::ops {

/// A matrix product with broadcast batch dimensions, as numpy.matmul: [.., M, K] x [.., K, N].
struct MatMulPlan {
  std::int64_t m = 0, k = 0, n = 0;
  Shape shape;                        ///< of the result
  std::vector<std::int64_t> a_batch;  ///< matrix of a / b for every matrix of the result
  std::vector<std::int64_t> b_batch;
};

/// Errors: Fault::corrupt for scalars, inner sizes that differ, batches that do not broadcast.
MatMulPlan plan_matmul(const AttributeReader& a, const Shape& left, const Shape& right);
/// Symbolic shape of the result; nullopt when a rank is unknown.
std::optional<SymShape> matmul_shape(const AttributeReader& a, const SymShape* left,
                                     const SymShape* right);
/// Multiply-adds of the product of inputs `left` and `right`.
Cost matmul_cost(const ShapeContext& c, std::size_t left);

/// Rows run in parallel; every sum is made by one thread in the order of k.
template <class Number>
std::vector<Number> multiply(const MatMulPlan& plan, const std::vector<Number>& a,
                             const std::vector<Number>& b) {
  const auto batches = static_cast<std::int64_t>(plan.a_batch.size());
  std::vector<Number> y(static_cast<std::size_t>(batches * plan.m * plan.n));
  parallel_for(batches * plan.m, 1, [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t r = from; r < to; ++r) {
      const std::int64_t batch = r / plan.m;
      const Number* row = a.data() + (plan.a_batch[batch] * plan.m + r % plan.m) * plan.k;
      const Number* right = b.data() + plan.b_batch[batch] * plan.k * plan.n;
      Number* out = y.data() + r * plan.n;
      for (std::int64_t k = 0; k < plan.k; ++k) {
        for (std::int64_t n = 0; n < plan.n; ++n) out[n] += row[k] * right[k * plan.n + n];
      }
    }
  });
  return y;
}

/// The last two dimensions [rows, columns] of every matrix swapped.
template <class Number>
std::vector<Number> transposed(const std::vector<Number>& x, std::int64_t rows,
                               std::int64_t columns) {
  std::vector<Number> y(x.size());
  const std::int64_t size = rows * columns;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(x.size()); ++i) {
    const std::int64_t r = i % size / columns;
    const std::int64_t c = i % columns;
    y[i / size * size + c * rows + r] = x[i];
  }
  return y;
}

/// Gradients of a and of b in y = a b from dy. Vectors and broadcast batches as in plan_matmul; the
/// ranks must be known.
Value* left_gradient(GradientContext& g, Value* a, Value* b, Value* dy);
Value* right_gradient(GradientContext& g, Value* a, Value* b, Value* dy);

}  // namespace pare::ops
