#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Split, SizesGiven) {
  const auto y = run_op("Split", {ramp({2, 3}), ints({1, 2})}, {{"axis", std::int64_t{1}}}, 2);
  expect_close(y[0], {0, 3}, 0);
  expect_close(y[1], {1, 2, 4, 5}, 0);
}

TEST(Split, EqualPartsAndASmallerLast) {
  const auto y = run_op("Split", {ramp({5})}, {{"num_outputs", std::int64_t{2}}}, 2);
  expect_close(y[0], {0, 1, 2}, 0);
  expect_close(y[1], {3, 4}, 0);
}

TEST(Split, KeepsSymbolsAndRefusesPartsThatDoNotAddUp) {
  const std::vector<ValueType> types = {typed(ElementKind::f32, {Dim::symbol("N"), 6}),
                                        typed(ElementKind::i64, {2})};
  EXPECT_EQ(to_string(infer_op("Split", types, {{"axis", std::int64_t{1}}}, 1, "",
                               {Tensor(), ints({2, 4})})),
            "[N,4]");
  EXPECT_EQ(fault_of([] { run_op("Split", {ramp({5}), ints({2, 2})}, {}, 2); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_op("Split", {ramp({5}), ints({-1, 6})}, {}, 2); }), Fault::corrupt);
  const Shape wide = {std::numeric_limits<std::int64_t>::max(),
                      std::numeric_limits<std::int64_t>::max()};
  EXPECT_EQ(fault_of([&] { run_op("Split", {ramp({5}), ints(wide)}, {}, 2); }), Fault::corrupt);
}

TEST(Split, GradientMatchesCentralDifferences) {
  expect_gradient("Split", {noise({2, 5}), ints({1, 4})}, {{"axis", Int{1}}}, {.outputs = 2});
  expect_gradient("Split", {noise({5, 2})}, {{"num_outputs", Int{3}}}, {.outputs = 3});
}

}  // namespace
}  // namespace pare
