#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(ReduceMax, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceMax", {{4, 3}, {3, 2, 4}, 4});
}

TEST(ReduceMax, NanWinsAndEmptyGivesTheNeutralElement) {
  expect_close(run_op("ReduceMax", {Tensor::of<float>({3}, {1, kNan, 3})})[0], {kNan}, 0);
  expect_close(run_op("ReduceMax", {Tensor(ElementKind::f32, {0})})[0], {-kInf}, 0);
}

TEST(ReduceMax, GradientMatchesCentralDifferences) {
  expect_reduce_gradient("ReduceMax", noise({2, 3, 2}));
}

}  // namespace
}  // namespace pare
