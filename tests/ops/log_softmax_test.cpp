#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(LogSoftmax, PublishedExamples) {
  expect_close(run_op("LogSoftmax", {Tensor::of<float>({1, 3}, {-1, 0, 1})})[0],
               {-2.4076059F, -1.4076059F, -0.4076059F}, 1e-7F);
  const Tensor large = Tensor::of<float>({2, 4}, {0, 1, 2, 3, 10000, 10001, 10002, 10003});
  expect_close(run_op("LogSoftmax", {large})[0],
               {-3.4401896F, -2.4401896F, -1.4401896F, -0.44018966F, -3.4401896F, -2.4401896F,
                -1.4401896F, -0.44018966F},
               1e-7F);
}

TEST(LogSoftmax, EveryAxis) {
  const Tensor x = noise({3, 4, 5}, 1);
  const std::vector<double> v = x.to_doubles();
  const Shape steps = {20, 5, 1};
  for (std::int64_t axis = 0; axis < 3; ++axis) {
    std::vector<float> want;
    for (std::int64_t i = 0; i < 60; ++i) {
      const std::int64_t first = i - i / steps[axis] % x.dim(axis) * steps[axis];
      double sum = 0;
      for (std::int64_t k = 0; k < x.dim(axis); ++k) sum += std::exp(v.at(first + k * steps[axis]));
      want.push_back(static_cast<float>(v.at(i) - std::log(sum)));
    }
    expect_close(run_op("LogSoftmax", {x}, {{"axis", Int{axis}}})[0], want, 2e-7F);
  }
}

TEST(LogSoftmax, FarValuesDoNotUnderflow) {
  const Tensor x = Tensor::of<float>({1, 2}, {0, 1000});
  expect_close(run_op("LogSoftmax", {x})[0], {-1000, 0}, 0);
}

TEST(LogSoftmax, ElementTypesSymbolsAndRefusals) {
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Tensor y = run_op("LogSoftmax", {Tensor::of<float>({1}, {3}).cast(dtype_of(kind))})[0];
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {0}, 0);
  }
  EXPECT_EQ(shape_text("LogSoftmax", {{Dim::symbol("N"), 10}}), "[N,10]");
  EXPECT_EQ(fault_of([] {
              run_unchecked("LogSoftmax", {ramp({2})}, {{"axis", Int{1}}});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              shape_text("LogSoftmax", {{2, 3}}, {{"axis", Int{-3}}});
            }),
            Fault::corrupt);
}

TEST(LogSoftmax, GradientMatchesCentralDifferences) {
  expect_gradient("LogSoftmax", {between({2, 3, 4}, -2, 2)});
  expect_gradient("LogSoftmax", {between({2, 3, 4}, -2, 2)}, {{"axis", Int{1}}});
}

}  // namespace
}  // namespace pare
