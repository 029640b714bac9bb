#include "ops/ml.hpp"

namespace pare {
namespace {

TEST(OneHotEncoder, EveryInputTypeIsLookedUp) {
  const Attributes a = {{"cats_int64s", Ints{3, -1, 5}}};
  const auto run = [&](const Tensor& x) { return run_ml("OneHotEncoder", {x}, a)[0]; };
  const Tensor y = run(Tensor::of<Int>({2, 2}, {5, 3, 4, -1}));
  EXPECT_EQ(y.shape(), (Shape{2, 2, 3}));
  expect_close(y, {0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0}, 0);
  expect_close(run(Tensor::of<std::int32_t>({1}, {-1})), {0, 1, 0}, 0);
  expect_close(run(Tensor::of<float>({4}, {3.9F, std::nanf(""), 1e30F, -1.5F})),
               {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0}, 0);
  expect_close(run(Tensor::of<double>({1}, {5.25})), {0, 0, 1}, 0);
  expect_close(
      run_ml("OneHotEncoder", {texts({"b", "?", "a"})}, {{"cats_strings", Texts{"a", "b"}}})[0],
      {0, 1, 0, 0, 1, 0}, 0);
}

TEST(OneHotEncoder, RefusesUnknownCategoriesWithoutZeros) {
  const Attributes a = {{"cats_int64s", Ints{0}}, {"zeros", Int{0}}};
  EXPECT_NO_THROW(run_ml("OneHotEncoder", {numbers({0})}, a));
  EXPECT_EQ(fault_of([&] { run_ml("OneHotEncoder", {numbers({1})}, a); }), Fault::corrupt);
  EXPECT_EQ(
      fault_of([&] { run_ml("OneHotEncoder", {Tensor::of<float>({1}, {std::nanf("")})}, a); }),
      Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run_ml("OneHotEncoder", {texts({"a"})}, a); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run_ml("OneHotEncoder", {numbers({1})}, {}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
