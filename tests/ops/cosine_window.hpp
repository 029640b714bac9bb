#pragma once

// What HannWindow, HammingWindow and BlackmanWindow owe, so that their tests are a formula and a
// few numbers.

#include <cmath>
#include <functional>

#include "ops/elementwise.hpp"

namespace pare {

inline Tensor make_window(const std::string& op, Int size, const Attributes& a = {}) {
  return run_op(op, {Tensor::scalar<Int>(size)}, a).at(0);
}

/// value(t) at t = 2 pi k / N with N = size or size - 1; five: the symmetric window of that size.
inline void expect_window(const std::string& op, const std::function<double(double)>& value,
                          const std::vector<float>& five) {
  const double pi = std::acos(-1.0);
  for (const Int periodic : {0, 1}) {
    std::vector<float> want;
    for (int k = 0; k < 11; ++k) {
      want.push_back(static_cast<float>(value(2 * pi * k / (periodic != 0 ? 11 : 10))));
    }
    expect_close(make_window(op, 11, {{"periodic", periodic}}), want, 2e-7F);
  }
  const Attributes symmetric = {{"periodic", Int{0}}};
  expect_close(make_window(op, 5, symmetric), five, 2e-7F);
  expect_close(make_window(op, 1, symmetric), {1}, 2e-7F);
  EXPECT_EQ(make_window(op, 0).shape(), (Shape{0}));
}

/// Types of the result: whole numbers lose the fraction, so that only the peak stays.
inline void expect_window_types(const std::string& op, const std::vector<float>& five) {
  const std::vector<float> four(five.begin(), five.end() - 1);
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Tensor y = make_window(op, 4, {{"output_datatype", static_cast<Int>(kind)}});
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, four, 2e-3F);  // half a step of bf16 below 1
  }
  const Attributes bytes = {{"output_datatype", static_cast<Int>(ElementKind::u8)}};
  const Tensor y = run_op(op, {Tensor::scalar<std::int32_t>(4)}, bytes).at(0);
  EXPECT_TRUE(identical(y, Tensor::of<std::uint8_t>({4}, {0, 0, 1, 0})));
}

inline void expect_window_shapes(const std::string& op) {
  const ValueType size = typed(ElementKind::i64, {});
  EXPECT_EQ(to_string(infer_op(op, {size})), "[?]");
  EXPECT_EQ(to_string(infer_op(op, {size}, {}, 0, "", {Tensor::scalar<Int>(9)})), "[9]");
  EXPECT_EQ(fault_of([&] { make_window(op, -1); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { make_window(op, 4, {{"output_datatype", Int{8}}}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { make_window(op, 4, {{"output_datatype", Int{99}}}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run_op(op, {ints({1, 2})}); }), Fault::corrupt);
}

}  // namespace pare
