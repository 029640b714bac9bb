#include <cmath>

#include "ops/elementwise.hpp"

namespace pare {
namespace {

const char* const kOp = "SoftmaxCrossEntropyLoss";

/// -log of the softmax at [n, c, d] of x [2, 4, 3], straight from the definition.
double loss_at(const std::vector<double>& x, Int n, Int c, Int d) {
  double sum = 0;
  for (Int k = 0; k < 4; ++k) sum += std::exp(x[(n * 4 + k) * 3 + d]);
  return -std::log(std::exp(x[(n * 4 + c) * 3 + d]) / sum);
}

TEST(SoftmaxCrossEntropyLoss, FollowsItsDefinition) {
  const Tensor x = noise({2, 4, 3}, 5);
  const std::vector<double> v = x.to_doubles();
  const std::vector<Int> labels = {3, 0, 2, 1, 1, 3};
  const std::vector<double> weight = {0.5, 2, 1, 4};
  std::vector<float> plain;
  std::vector<float> weighted;
  double sum = 0;
  double total = 0;
  for (Int i = 0; i < 6; ++i) {
    const double loss = loss_at(v, i / 3, labels[i], i % 3);
    plain.push_back(static_cast<float>(loss));
    weighted.push_back(static_cast<float>(loss * weight[labels[i]]));
    sum += loss * weight[labels[i]];
    total += weight[labels[i]];
  }
  const Tensor t = Tensor::of<Int>({2, 3}, labels);
  const Tensor w = Tensor::of<float>({4}, {0.5F, 2, 1, 4});
  const Attributes none = {{"reduction", std::string("none")}};
  const Tensor y = run_op(kOp, {x, t}, none).at(0);
  EXPECT_EQ(y.shape(), (Shape{2, 3}));
  expect_close(y, plain, 2e-7F);
  expect_close(run_op(kOp, {x, t, w}, none).at(0), weighted, 2e-7F);
  expect_close(run_op(kOp, {x, t, w}).at(0), {static_cast<float>(sum / total)}, 2e-7F);
  expect_close(run_op(kOp, {x, t, w}, {{"reduction", std::string("sum")}}).at(0),
               {static_cast<float>(sum)}, 2e-7F);
}

TEST(SoftmaxCrossEntropyLoss, GivesTheLogarithmsToo) {
  const Tensor x = noise({2, 4, 3}, 6);
  const std::vector<double> v = x.to_doubles();
  std::vector<float> want;
  for (Int n = 0; n < 2; ++n) {
    for (Int c = 0; c < 4; ++c) {
      for (Int d = 0; d < 3; ++d) want.push_back(static_cast<float>(-loss_at(v, n, c, d)));
    }
  }
  const Tensor t = Tensor::of<Int>({2, 3}, {0, 1, 2, 3, 0, 1});
  const auto out = run_op(kOp, {x, t}, {}, 2);
  EXPECT_EQ(out[1].shape(), x.shape());
  expect_close(out[1], want, 2e-7F);
  // Far apart: the small probability is 0, its logarithm is not.
  const Tensor far = Tensor::of<float>({1, 2}, {1000, -1000});
  const auto y = run_op(kOp, {far, ints({1})}, {}, 2);
  expect_close(y[0], {2000}, 0);
  expect_close(y[1], {0, -2000}, 0);
}

TEST(SoftmaxCrossEntropyLoss, IgnoredLabelsDoNotCount) {
  const Tensor x = Tensor::of<float>({3, 2}, {0, 0, 5, 1, 0, 0});
  const Attributes a = {{"ignore_index", Int{-1}}};
  const float log2 = std::log(2.0F);
  expect_close(run_op(kOp, {x, ints({0, -1, 1})}, a).at(0), {log2}, 2e-7F);
  const Tensor w = Tensor::of<float>({2}, {1, 3});
  expect_close(run_op(kOp, {x, ints({0, -1, 1}), w}, a).at(0), {log2}, 2e-7F);
}

TEST(SoftmaxCrossEntropyLoss, NarrowTypesAndSymbols) {
  const Tensor x = Tensor(ElementKind::f32, {2, 4});
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const auto y = run_op(kOp, {x.cast(dtype_of(kind)), ints({0, 3})}, {}, 2);
    EXPECT_EQ(y[0].kind(), kind);
    const float want = std::log(4.0F);
    expect_close(y[0], {want}, 4e-3F);  // half a step of bf16 at 1.4
    EXPECT_EQ(y[1].kind(), kind);
  }
  const ValueType s = typed(ElementKind::f16, {Dim::symbol("N"), 3, Dim::symbol("D")});
  const ValueType t = typed(ElementKind::i32, {Dim::symbol("N"), Dim::symbol("D")});
  EXPECT_EQ(to_string(infer_op(kOp, {s, t})), "[]");
  EXPECT_EQ(to_string(infer_op(kOp, {s, t}, {}, 1)), "[N,3,D]");
  EXPECT_EQ(fault_of([&] { run_unchecked(kOp, {x, ints({0, 4})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run_unchecked(kOp, {ramp({4}), ints({})}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
