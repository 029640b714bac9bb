#pragma once

// What every element-wise operator owes, so that its test is a table of numbers.

#include <limits>

#include "ops/op_test.hpp"

namespace pare {

inline constexpr float kInf = std::numeric_limits<float>::infinity();
inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Runs a node without checking its schema first: for inputs that break the rules.
std::vector<Tensor> run_unchecked(const std::string& op, const std::vector<Tensor>& inputs,
                                  const Attributes& attributes = {}, std::size_t outputs = 1);

/// The symbolic shape of output 0 as text, of inputs of one element type.
std::string shape_text(const std::string& op, const std::vector<SymShape>& shapes,
                       const Attributes& attributes = {}, ElementKind kind = ElementKind::f32);

/// A list of integers.
Tensor ints(const Shape& values);

/// The symbolic shape of output 0, where input 1 is a constant.
std::string shape_with(const std::string& op, const SymShape& x, const Tensor& constant);

/// y = f(x) elementwise in f32 and f64; f16 and bf16 give the f32 result rounded (so x must be
/// exact in both); shapes pass through with their symbols; a missing input is corrupt.
void expect_unary(const std::string& op, const std::vector<float>& x, const std::vector<float>& y,
                  const Attributes& attributes = {}, float tolerance = 2e-7F);

/// y = f(a, b) with a [2,1] (or b's swapped) against [3]: want has 6 numbers, row-major. Shapes
/// broadcast with their symbols, and what does not broadcast is corrupt.
void expect_binary(const std::string& op, const Tensor& a, const Tensor& b,
                   const std::vector<float>& want, const Attributes& attributes = {},
                   float tolerance = 2e-7F);

template <class T>
Tensor column(T first, T second) {
  return Tensor::of<T>({2, 1}, {first, second});
}
template <class T>
Tensor row(T first, T second, T third) {
  return Tensor::of<T>({3}, {first, second, third});
}

/// One value of each row of [[1,2,4],[3,-5,0.5]]: axis 1 kept, axis 1 dropped, axis 0, all.
struct ReduceCase {
  std::vector<float> rows;
  std::vector<float> columns;
  float all = 0;
};

/// The four ways to reduce, symbolic shapes, noop_with_empty_axes, and axes outside the rank.
void expect_reduce(const std::string& op, const ReduceCase& want, float tolerance = 2e-7F);

}  // namespace pare
