#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(ScatterND, WritesElementsOrSlices) {
  const Tensor x = ramp({2, 2}, 1);
  const Tensor at = Tensor::of<std::int64_t>({1, 2}, {1, -2});
  expect_close(run_op("ScatterND", {x, at, Tensor::of<float>({1}, {9})})[0], {1, 2, 9, 4}, 0);
  const Tensor rows = Tensor::of<std::int64_t>({2, 1}, {0, 0});
  const Tensor u = Tensor::of<float>({2, 2}, {10, 20, 30, 40});
  expect_close(run_op("ScatterND", {x, rows, u}, {{"reduction", std::string("add")}})[0],
               {41, 62, 3, 4}, 0);
}

TEST(ScatterND, ShapeOfTheDataAndRefusals) {
  EXPECT_EQ(shape_text("ScatterND", {{Dim::symbol("N"), 4}, {1, 2}, {1}}, {}, ElementKind::i64),
            "[N,4]");
  const Tensor x = ramp({2, 2});
  const Tensor u = Tensor::of<float>({1}, {9});
  EXPECT_EQ(fault_of([&] {
              run_op("ScatterND", {x, Tensor::of<std::int64_t>({1, 2}, {2, 0}), u});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_op("ScatterND", {x, Tensor(ElementKind::i64, {1, 1}), u});
            }),
            Fault::corrupt);
}

TEST(ScatterND, GradientMatchesCentralDifferences) {
  const Tensor apart = Tensor::of<std::int64_t>({2, 1}, {2, 0});
  const Tensor twice = Tensor::of<std::int64_t>({3, 1}, {2, 0, -1});
  expect_gradient("ScatterND", {noise({3, 2}), apart, noise({2, 2}, 2)});
  for (const char* reduction : {"add", "mul", "max", "min"}) {
    expect_gradient("ScatterND", {noise({3, 2}), twice, noise({3, 2}, 2)},
                    {{"reduction", std::string(reduction)}});
  }
}

}  // namespace
}  // namespace pare
