#include "ops/gradient_test.hpp"
#include "ops/random_draws.hpp"

namespace pare {
namespace {

const Tensor& yes() {
  static const Tensor t = Tensor::scalar<bool>(true);
  return t;
}

TEST(Dropout, PassesThroughAtInference) {
  const Tensor x = ramp({2, 2});
  const Tensor half = Tensor::scalar<float>(0.5F);
  for (const auto& in : {std::vector<Tensor>{x, half, Tensor::scalar<bool>(false)},
                         {x, half},
                         {x},
                         {x, Tensor::scalar<float>(0), yes()}}) {
    const auto y = run_op("Dropout", in, {}, 2);
    EXPECT_TRUE(identical(y[0], x));
    expect_close(y[1], {1, 1, 1, 1}, 0);
  }
}

TEST(Dropout, TrainingDropsAShareAndScalesTheRest) {
  const Tensor x = ramp({40, 50}, 1);
  for (const float ratio : {0.1F, 0.5F, 0.75F}) {
    const Tensor r = Tensor::scalar<float>(ratio);
    const auto y = run_op("Dropout", {x, r, yes()}, {{"seed", Int{4}}}, 2);
    const std::vector<double> in = x.to_doubles();
    const std::vector<double> out = y[0].to_doubles();
    const std::vector<Int> mask = y[1].to_ints();
    double dropped = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
      const double scale = mask[i] != 0 ? 1 / (1 - static_cast<double>(ratio)) : 0;
      ASSERT_EQ(out[i], static_cast<double>(static_cast<float>(in[i] * scale)));
      if (mask[i] == 0) ++dropped;
    }
    EXPECT_NEAR(dropped / 2000, ratio, 5 * std::sqrt(0.25 / 2000));
  }
  const Tensor half = run_op("Dropout", {x, Tensor(), yes()}, {{"seed", Int{4}}}).at(0);
  EXPECT_TRUE(identical(
      half, run_op("Dropout", {x, Tensor::scalar<float>(0.5F), yes()}, {{"seed", Int{4}}}).at(0)));
}

TEST(Dropout, NarrowTypesTrainToo) {
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64,
                                 ElementKind::f8e4m3fn, ElementKind::f8e5m2}) {
    const Tensor x = Tensor::of<float>({200}, std::vector<float>(200, 2)).cast(dtype_of(kind));
    const Tensor y = run_op("Dropout", {x, Tensor(), yes()}, {{"seed", Int{1}}}).at(0);
    EXPECT_EQ(y.kind(), kind);
    for (const float v : y.to_floats()) ASSERT_TRUE(v == 0 || v == 4);
  }
}

TEST(Dropout, SeedsDecide) {
  expect_seeds("Dropout", {ramp({100}, 1), Tensor(), yes()}, {}, Int{1}, Int{-2});
}

TEST(Dropout, KeepsSymbolicShapesAndRefusesRatios) {
  EXPECT_EQ(shape_text("Dropout", {{Dim::symbol("N"), 2}}), "[N,2]");
  for (const float ratio : {1.0F, -0.5F, kNan}) {
    const Tensor r = Tensor::scalar<float>(ratio);
    EXPECT_EQ(fault_of([&] { run_op("Dropout", {ramp({2}), r, yes()}); }), Fault::corrupt);
  }
  EXPECT_EQ(fault_of([] { run_op("Dropout", {ramp({2}), ramp({2}), yes()}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_unchecked("Dropout", {Tensor()}); }), Fault::corrupt);
}

TEST(Dropout, GradientMatchesCentralDifferences) {
  expect_gradient("Dropout", {noise({2, 3})});
  expect_gradient("Dropout",
                  {noise({2, 3}), Tensor::of<float>({}, {0.25F}), Tensor::of<bool>({}, {false})},
                  {}, {.outputs = 2, .frozen = {1}});
}

}  // namespace
}  // namespace pare
