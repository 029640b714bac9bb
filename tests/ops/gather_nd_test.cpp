#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(GatherND, TuplesNameElementsOrSlices) {
  const Tensor x = ramp({2, 2});
  expect_close(run_op("GatherND", {x, Tensor::of<std::int64_t>({2, 2}, {0, 0, 1, -1})})[0], {0, 3},
               0);
  expect_close(run_op("GatherND", {x, Tensor::of<std::int64_t>({2, 1}, {1, 0})})[0], {2, 3, 0, 1},
               0);
}

TEST(GatherND, BatchDimensionsGoTogether) {
  const Tensor x = ramp({2, 2, 2});
  const Tensor y = run_op("GatherND", {x, Tensor::of<std::int64_t>({2, 1}, {1, 0})},
                          {{"batch_dims", std::int64_t{1}}})[0];
  EXPECT_EQ(y.shape(), (Shape{2, 2}));
  expect_close(y, {2, 3, 4, 5}, 0);
}

TEST(GatherND, SymbolsAndRefusals) {
  EXPECT_EQ(shape_text("GatherND", {{5, 4, 3}, {Dim::symbol("N"), 2}}, {}, ElementKind::i64),
            "[N,3]");
  const Tensor x = ramp({2, 2});
  EXPECT_EQ(fault_of([&] {
              run_op("GatherND", {x, Tensor::of<std::int64_t>({1, 2}, {0, 2})});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_op("GatherND", {x, Tensor(ElementKind::i64, {1, 3})});
            }),
            Fault::corrupt);
}

TEST(GatherND, GradientMatchesCentralDifferences) {
  const Tensor tuples = Tensor::of<std::int64_t>({3, 2}, {0, 1, 1, -1, 0, 1});
  expect_gradient("GatherND", {noise({2, 3, 2}), tuples}, {}, {.constant = {1}});
  const Tensor batched = Tensor::of<std::int64_t>({2, 2, 1}, {0, 2, 1, 1});
  expect_gradient("GatherND", {noise({2, 3, 2}), batched}, {{"batch_dims", Int{1}}},
                  {.constant = {1}});
}

}  // namespace
}  // namespace pare
