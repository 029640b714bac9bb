#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(ReduceMin, MatchesHandNumbersOverEveryChoiceOfAxes) {
  expect_reduce("ReduceMin", {{1, -5}, {1, -5, 0.5F}, -5});
}

TEST(ReduceMin, NanWinsAndEmptyGivesTheNeutralElement) {
  expect_close(run_op("ReduceMin", {Tensor::of<float>({3}, {1, kNan, 3})})[0], {kNan}, 0);
  expect_close(run_op("ReduceMin", {Tensor(ElementKind::f32, {0})})[0], {kInf}, 0);
}

TEST(ReduceMin, GradientMatchesCentralDifferences) {
  expect_reduce_gradient("ReduceMin", noise({2, 3, 2}));
}

}  // namespace
}  // namespace pare
