#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Slice, StartsEndsAxesSteps) {
  const Tensor x = ramp({3, 4});
  expect_close(run_op("Slice", {x, ints({1, 0}), ints({3, 2})})[0], {4, 5, 8, 9}, 0);
  expect_close(run_op("Slice", {x, ints({-1}), ints({-5}), ints({1}), ints({-2})})[0],
               {3, 1, 7, 5, 11, 9}, 0);
}

TEST(Slice, ClampsWhatLiesOutside) {
  const Tensor x = ramp({4});
  const auto slice = [&](std::int64_t start, std::int64_t end, std::int64_t step) {
    return run_op("Slice", {x, ints({start}), ints({end}), ints({0}), ints({step})})[0];
  };
  constexpr auto kFar = std::numeric_limits<std::int64_t>::max();
  expect_close(slice(-100, kFar, 1), {0, 1, 2, 3}, 0);
  expect_close(slice(kFar, -kFar - 1, -1), {3, 2, 1, 0}, 0);
  expect_close(slice(0, kFar, kFar), {0}, 0);
  expect_close(slice(3, -kFar - 1, -kFar - 1), {3}, 0);
  EXPECT_EQ(slice(3, 1, 1).shape(), (Shape{0}));
  const Tensor none(ElementKind::f32, {0});
  EXPECT_EQ(run_op("Slice", {none, ints({-1}), ints({-9}), ints({0}), ints({-1})})[0].size(), 0);
}

TEST(Slice, SymbolicSizesStayWhereTheWholeIsTaken) {
  const SymShape x = {Dim::symbol("N"), 8};
  const std::vector<ValueType> types = {typed(ElementKind::f32, x), typed(ElementKind::i64, {2}),
                                        typed(ElementKind::i64, {2})};
  constexpr auto kFar = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(
      to_string(infer_op("Slice", types, {}, 0, "", {Tensor(), ints({0, 2}), ints({kFar, -1})})),
      "[N,5]");
}

TEST(Slice, StepZeroAndTwiceNamedAxesAreCorrupt) {
  const Tensor x = ramp({4});
  EXPECT_EQ(fault_of([&] {
              run_op("Slice", {x, ints({0}), ints({1}), ints({0}), ints({0})});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_op("Slice", {x, ints({3, 3}), ints({4, 4}), ints({0, 0})});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run_op("Slice", {x, ints({0}), ints({1, 2})}); }), Fault::corrupt);
}

TEST(Slice, GradientMatchesCentralDifferences) {
  expect_gradient("Slice", {noise({4, 5}), ints({1, -3}), ints({3, 1000})});
  expect_gradient("Slice", {noise({4, 5}), ints({-1}), ints({-1000}), ints({1}), ints({-2})});
  expect_gradient("Slice", {noise({4, 5}), ints({1}), ints({4}), ints({-2})});
}

}  // namespace
}  // namespace pare
