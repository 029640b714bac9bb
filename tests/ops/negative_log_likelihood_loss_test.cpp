#include "ops/elementwise.hpp"

namespace pare {
namespace {

const char* const kOp = "NegativeLogLikelihoodLoss";

Attributes reduced(const char* how) { return {{"reduction", std::string(how)}}; }

/// Scores -(100 n + 10 c + d) of 2 samples, 3 classes and 2 places: the loss tells what was taken.
Tensor scores() {
  std::vector<float> v;
  for (int n = 0; n < 2; ++n) {
    for (int c = 0; c < 3; ++c) {
      for (int d = 0; d < 2; ++d) v.push_back(-static_cast<float>(100 * n + 10 * c + d));
    }
  }
  return Tensor::of<float>({2, 3, 2}, v);
}

Tensor labels() { return Tensor::of<std::int64_t>({2, 2}, {2, 0, 1, 2}); }

TEST(NegativeLogLikelihoodLoss, TakesTheScoreOfTheLabel) {
  const Tensor none = run_op(kOp, {scores(), labels()}, reduced("none")).at(0);
  EXPECT_EQ(none.shape(), (Shape{2, 2}));
  expect_close(none, {20, 1, 110, 121}, 0);
  expect_close(run_op(kOp, {scores(), labels()}, reduced("sum")).at(0), {252}, 0);
  const Tensor mean = run_op(kOp, {scores(), labels().cast(dtype_of(ElementKind::i32))}).at(0);
  EXPECT_EQ(mean.shape(), Shape{});
  expect_close(mean, {63}, 0);
  const Tensor flat = Tensor::of<float>({2, 2}, {-1, -2, -3, -4});
  expect_close(run_op(kOp, {flat, ints({1, 0})}, reduced("none")).at(0), {2, 3}, 0);
}

TEST(NegativeLogLikelihoodLoss, WeightsScaleAndDivideTheMean) {
  const Tensor w = Tensor::of<float>({3}, {1, 0.5F, 2});
  expect_close(run_op(kOp, {scores(), labels(), w}, reduced("none")).at(0), {40, 1, 55, 242}, 0);
  expect_close(run_op(kOp, {scores(), labels(), w}, reduced("sum")).at(0), {338}, 0);
  expect_close(run_op(kOp, {scores(), labels(), w}).at(0), {338 / 5.5F}, 2e-7F);
}

TEST(NegativeLogLikelihoodLoss, IgnoredLabelsDoNotCount) {
  for (const Int ignored : {Int{-7}, Int{2}, Int{99}}) {
    const Tensor t = Tensor::of<std::int64_t>({2, 2}, {ignored, 0, 1, ignored});
    Attributes a = {{"ignore_index", ignored}};
    expect_close(run_op(kOp, {scores(), t}, a).at(0), {55.5F}, 0);
    const Tensor w = Tensor::of<float>({3}, {1, 0.5F, 2});
    expect_close(run_op(kOp, {scores(), t, w}, a).at(0), {56 / 1.5F}, 2e-7F);
    a["reduction"] = std::string("none");
    expect_close(run_op(kOp, {scores(), t}, a).at(0), {0, 1, 110, 0}, 0);
  }
  const Tensor all = Tensor::of<std::int64_t>({2, 2}, {1, 1, 1, 1});
  expect_close(run_op(kOp, {scores(), all}, {{"ignore_index", Int{1}}}).at(0), {kNan}, 0);
}

TEST(NegativeLogLikelihoodLoss, NarrowTypesAreTheRoundedLoss) {
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const DType type = dtype_of(kind);
    const Tensor y = run_op(kOp, {scores().cast(type), labels()}, reduced("sum")).at(0);
    EXPECT_EQ(y.type(), type);
    expect_close(y, {252}, 0);
  }
}

TEST(NegativeLogLikelihoodLoss, KeepsSymbolsAndRefusesWhatDoesNotFit) {
  const ValueType x = typed(ElementKind::f32, {Dim::symbol("N"), 3, Dim::symbol("D")});
  const ValueType t = typed(ElementKind::i64, {Dim::symbol("N"), Dim::symbol("D")});
  EXPECT_EQ(to_string(infer_op(kOp, {x, t}, reduced("none"))), "[N,D]");
  EXPECT_EQ(to_string(infer_op(kOp, {x, t})), "[]");
  const auto fails = [](const std::vector<Tensor>& inputs, const Attributes& a = {}) {
    EXPECT_EQ(fault_of([&] { run_unchecked(kOp, inputs, a); }), Fault::corrupt);
  };
  fails({scores(), Tensor::of<std::int64_t>({2, 2}, {0, 1, 3, 0})});
  fails({scores(), Tensor::of<std::int64_t>({2, 2}, {0, 1, -1, 0})});
  fails({scores(), ints({0, 1})});
  fails({scores(), labels(), ramp({2})});
  fails({ramp({4}), ints({})});
  fails({scores(), labels()}, reduced("most"));
}

}  // namespace
}  // namespace pare
