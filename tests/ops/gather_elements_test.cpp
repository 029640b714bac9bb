#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(GatherElements, PicksOneElementPerIndex) {
  const Tensor x = ramp({2, 2}, 1);
  const Tensor i = Tensor::of<std::int64_t>({2, 2}, {0, 0, 1, -2});
  expect_close(run_op("GatherElements", {x, i}, {{"axis", std::int64_t{1}}})[0], {1, 1, 4, 3}, 0);
  expect_close(run_op("GatherElements", {x, Tensor::of<std::int64_t>({1, 2}, {1, 0})})[0], {3, 2},
               0);
}

TEST(GatherElements, ShapeOfTheIndicesAndRefusals) {
  EXPECT_EQ(shape_text("GatherElements", {{5, 4}, {Dim::symbol("N"), 4}}, {}, ElementKind::i64),
            "[N,4]");
  const Tensor x = ramp({2, 2});
  EXPECT_EQ(fault_of([&] {
              run_op("GatherElements", {x, Tensor::of<std::int64_t>({1, 1}, {2})});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_op("GatherElements", {x, Tensor(ElementKind::i64, {1, 3})});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run_op("GatherElements", {x, ints({0})}); }), Fault::corrupt);
}

TEST(GatherElements, GradientMatchesCentralDifferences) {
  expect_gradient("GatherElements",
                  {noise({3, 4}), Tensor::of<std::int64_t>({3, 3}, {0, 1, -1, 2, 2, 2, 0, 0, 3})},
                  {{"axis", Int{1}}});
}

}  // namespace
}  // namespace pare
