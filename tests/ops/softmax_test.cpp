#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Softmax, PublishedExamples) {
  expect_close(run_op("Softmax", {Tensor::of<float>({1, 3}, {-1, 0, 1})})[0],
               {0.09003058F, 0.24472848F, 0.66524094F}, 1e-7F);
  const Tensor large = Tensor::of<float>({2, 4}, {0, 1, 2, 3, 10000, 10001, 10002, 10003});
  expect_close(run_op("Softmax", {large})[0],
               {0.032058604F, 0.08714432F, 0.23688284F, 0.6439143F, 0.032058604F, 0.08714432F,
                0.23688284F, 0.6439143F},
               1e-7F);
}

TEST(Softmax, EveryAxis) {
  const Tensor x = noise({3, 4, 5}, 1);
  const std::vector<double> v = x.to_doubles();
  const Shape steps = {20, 5, 1};
  for (std::int64_t axis = 0; axis < 3; ++axis) {
    std::vector<float> want;
    for (std::int64_t i = 0; i < 60; ++i) {
      const std::int64_t first = i - i / steps[axis] % x.dim(axis) * steps[axis];
      double sum = 0;
      for (std::int64_t k = 0; k < x.dim(axis); ++k) sum += std::exp(v.at(first + k * steps[axis]));
      want.push_back(static_cast<float>(std::exp(v.at(i)) / sum));
    }
    expect_close(run_op("Softmax", {x}, {{"axis", Int{axis}}})[0], want, 2e-7F);
    expect_close(run_op("Softmax", {x}, {{"axis", Int{axis - 3}}})[0], want, 2e-7F);
  }
}

TEST(Softmax, MaskedPlacesGetNothing) {
  const Tensor x = Tensor::of<float>({1, 3}, {0, -kInf, 0});
  expect_close(run_op("Softmax", {x})[0], {0.5F, 0, 0.5F}, 0);
}

TEST(Softmax, ElementTypesSymbolsAndRefusals) {
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Tensor y = run_op("Softmax", {Tensor::of<float>({2}, {3, 3}).cast(dtype_of(kind))})[0];
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {0.5F, 0.5F}, 0);
  }
  EXPECT_EQ(run_op("Softmax", {Tensor(ElementKind::f32, {0, 3})})[0].size(), 0);
  EXPECT_EQ(shape_text("Softmax", {{Dim::symbol("N"), 10}}), "[N,10]");
  EXPECT_EQ(fault_of([] {
              run_unchecked("Softmax", {ramp({2})}, {{"axis", Int{1}}});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([] { shape_text("Softmax", {{2, 3}}, {{"axis", Int{-3}}}); }), Fault::corrupt);
}

TEST(Softmax, GradientMatchesCentralDifferences) {
  expect_gradient("Softmax", {between({2, 3, 4}, -2, 2)});
  expect_gradient("Softmax", {between({2, 3, 4}, -2, 2)}, {{"axis", Int{1}}});
}

}  // namespace
}  // namespace pare
