#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(ScatterElements, ReplacesOrCombines) {
  const Tensor x = ramp({1, 4}, 1);
  const Tensor i = Tensor::of<std::int64_t>({1, 3}, {1, 3, 1});
  const Tensor u = Tensor::of<float>({1, 3}, {10, 20, 5});
  const auto run = [&](const std::string& how) {
    return run_op("ScatterElements", {x, i, u}, {{"axis", std::int64_t{1}}, {"reduction", how}})[0];
  };
  expect_close(run("none"), {1, 5, 3, 20}, 0);
  expect_close(run("add"), {1, 17, 3, 24}, 0);
  expect_close(run("mul"), {1, 100, 3, 80}, 0);
  expect_close(run("max"), {1, 10, 3, 20}, 0);
  expect_close(run("min"), {1, 2, 3, 4}, 0);
  expect_close(x, {1, 2, 3, 4}, 0);
}

TEST(ScatterElements, ShapeOfTheDataAndRefusals) {
  EXPECT_EQ(
      shape_text("ScatterElements", {{Dim::symbol("N"), 4}, {1, 4}, {1, 4}}, {}, ElementKind::i64),
      "[N,4]");
  const Tensor x = ramp({4});
  EXPECT_EQ(fault_of([&] {
              run_op("ScatterElements", {x, ints({4}), ramp({1})});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_op("ScatterElements", {x, ints({0, 1}), ramp({1})});
            }),
            Fault::corrupt);
  EXPECT_EQ(
      fault_of([&] {
        run_op("ScatterElements", {x, ints({0}), ramp({1})}, {{"reduction", std::string("xor")}});
      }),
      Fault::corrupt);
}

TEST(ScatterElements, GradientMatchesCentralDifferences) {
  const Tensor apart = Tensor::of<std::int64_t>({2, 3}, {0, 2, 1, 3, -3, 0});
  const Tensor twice = Tensor::of<std::int64_t>({2, 3}, {0, 2, 0, 3, -1, 3});
  const Attributes along = {{"axis", Int{1}}};
  expect_gradient("ScatterElements", {noise({2, 4}), apart, noise({2, 3}, 2)}, along);
  for (const char* reduction : {"add", "mul", "max", "min"}) {
    Attributes a = along;
    a["reduction"] = std::string(reduction);
    expect_gradient("ScatterElements", {noise({2, 4}), twice, noise({2, 3}, 2)}, a);
  }
}

}  // namespace
}  // namespace pare
