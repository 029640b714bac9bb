#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(TopK, GreatestOrLeastWithTheLowerIndexFirst) {
  const Tensor x = Tensor::of<float>({2, 4}, {1, 4, 4, 2, -1, -5, 0, -5});
  const auto y = run_op("TopK", {x, ints({2})}, {}, 2);
  expect_close(y[0], {4, 4, 0, -1}, 0);
  EXPECT_EQ(y[1].to_ints(), (Shape{1, 2, 2, 0}));
  const auto least =
      run_op("TopK", {x, ints({1})}, {{"largest", std::int64_t{0}}, {"axis", std::int64_t{0}}}, 2);
  expect_close(least[0], {-1, -5, 0, -5}, 0);
  EXPECT_EQ(least[1].to_ints(), (Shape{1, 1, 1, 1}));
}

TEST(TopK, LargeIntegersAreComparedExactly) {
  const Tensor x = Tensor::of<std::int64_t>({2}, {9007199254740992, 9007199254740993});
  EXPECT_EQ(run_op("TopK", {x, ints({1})}, {}, 2)[1].to_ints(), (Shape{1}));
}

TEST(TopK, SymbolsAndRefusals) {
  EXPECT_EQ(shape_with("TopK", {Dim::symbol("N"), 10}, ints({3})), "[N,3]");
  EXPECT_EQ(fault_of([] { run_op("TopK", {ramp({2}), ints({3})}, {}, 2); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_op("TopK", {ramp({2}), ints({-1})}, {}, 2); }), Fault::corrupt);
}

TEST(TopK, GradientMatchesCentralDifferences) {
  expect_gradient("TopK", {noise({3, 5}), ints({2})}, {}, {.outputs = 2});
  expect_gradient("TopK", {noise({5, 2}), ints({3})}, {{"axis", Int{0}}, {"largest", Int{0}}},
                  {.outputs = 2});
}

}  // namespace
}  // namespace pare
