#include "ops/gradient_test.hpp"
#include "ops/window_oracle.hpp"

namespace pare {
namespace {

std::vector<float> norms(const Tensor& x, const Box& box, const Shape& out, int p) {
  std::vector<float> y;
  for (const Seen& s : naive_windows(x, box, out)) {
    double sum = 0;
    for (const double v : s.values) sum += std::pow(std::abs(v), p);
    y.push_back(static_cast<float>(std::pow(sum, 1.0 / p)));
  }
  return y;
}

TEST(LpPool, NormsOfWindows) {
  const Tensor x = Tensor::of<float>({1, 1, 3}, {3, -4, 0});
  expect_close(run_op("LpPool", {x}, {{"kernel_shape", Ints{2}}})[0], {5, 4}, 0);
  expect_close(run_op("LpPool", {x}, {{"kernel_shape", Ints{2}}, {"p", Int{1}}})[0], {7, 4}, 0);
}

TEST(LpPool, StridesPadsDilationsCeilAndAutoPad) {
  const Tensor x = noise({2, 2, 7, 8}, 1);
  const Attributes all = {{"kernel_shape", Ints{3, 2}},
                          {"strides", Ints{2, 1}},
                          {"pads", Ints{1, 0, 0, 1}},
                          {"dilations", Ints{1, 3}},
                          {"p", Int{3}}};
  expect_close(run_op("LpPool", {x}, all)[0],
               norms(x, Box({3, 2}, {2, 1}, {1, 0}, {0, 1}, {1, 3}), {1, 3, 6}, 3), 3e-7F);
  const Attributes up = {
      {"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 3}}, {"ceil_mode", Int{1}}};
  expect_close(run_op("LpPool", {x}, up)[0], norms(x, Box({2, 2}, {2, 3}), {1, 4, 3}, 2), 3e-7F);
  const Attributes same = {{"kernel_shape", Ints{2, 2}}, {"auto_pad", std::string("SAME_LOWER")}};
  expect_close(run_op("LpPool", {x}, same)[0],
               norms(x, Box({2, 2}, {}, {1, 1}, {0, 0}), {1, 7, 8}, 2), 3e-7F);
}

TEST(LpPool, SymbolsAndRefusals) {
  const Attributes two = {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}};
  EXPECT_EQ(shape_text("LpPool", {{Dim::symbol("N"), 3, 8, 9}}, two), "[N,3,4,4]");
  const auto fault = [](Attributes a) {
    return fault_of([&] { run_unchecked("LpPool", {ramp({1, 1, 4})}, a); });
  };
  EXPECT_EQ(fault({}), Fault::corrupt);
  EXPECT_EQ(fault({{"kernel_shape", Ints{5}}}), Fault::corrupt);
  EXPECT_EQ(fault({{"kernel_shape", Ints{2}}, {"p", Int{0}}}), Fault::corrupt);
}

TEST(LpPool, GradientMatchesCentralDifferences) {
  for (Attributes a : pool_cases()) {
    for (const Int p : {1, 2, 3}) {
      a["p"] = p;
      expect_gradient("LpPool", {noise({1, 2, 5, 4})}, a);
    }
  }
}

}  // namespace
}  // namespace pare
