#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Lrn, ChannelsAroundCount) {
  // Squares 1, 4, 9, 16 of four channels; alpha / size = 1, bias 2, beta 1.
  const Tensor x = Tensor::of<float>({1, 4, 1}, {1, 2, 3, 4});
  const auto run = [&](Int size, float alpha) {
    return run_op("LRN", {x},
                  {{"size", size}, {"alpha", alpha}, {"beta", 1.0F}, {"bias", 2.0F}})[0];
  };
  expect_close(run(3, 3), {1.0F / 7, 2.0F / 16, 3.0F / 31, 4.0F / 27}, 1e-7F);
  expect_close(run(2, 2), {1.0F / 7, 2.0F / 15, 3.0F / 27, 4.0F / 18},
               1e-7F);  // itself and the next
  expect_close(run(1, 1), {1.0F / 3, 2.0F / 6, 3.0F / 11, 4.0F / 18}, 1e-7F);
  expect_close(run(99, 99), {1.0F / 32, 2.0F / 32, 3.0F / 32, 4.0F / 32}, 1e-7F);
}

TEST(Lrn, DefaultsAndPixels) {
  const Tensor x = noise({2, 3, 2, 2}, 1);
  const std::vector<double> v = x.to_doubles();
  std::vector<float> want;
  for (int n = 0; n < 2; ++n) {
    for (int c = 0; c < 3; ++c) {
      for (int i = 0; i < 4; ++i) {
        double sum = 0;
        for (int k = c - 1; k <= c + 1; ++k) {
          if (k >= 0 && k < 3) sum += v.at((n * 3 + k) * 4 + i) * v.at((n * 3 + k) * 4 + i);
        }
        want.push_back(
            static_cast<float>(v.at((n * 3 + c) * 4 + i) / std::pow(1 + 1e-4 / 3 * sum, 0.75)));
      }
    }
  }
  expect_close(run_op("LRN", {x}, {{"size", Int{3}}})[0], want, 2e-7F);
}

TEST(Lrn, SymbolsAndRefusals) {
  EXPECT_EQ(shape_text("LRN", {{Dim::symbol("N"), 3, 4, 4}}, {{"size", Int{5}}}), "[N,3,4,4]");
  EXPECT_EQ(fault_of([] { run_unchecked("LRN", {ramp({1, 2, 1})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_unchecked("LRN", {ramp({1, 2, 1})}, {{"size", Int{0}}});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_unchecked("LRN", {ramp({2})}, {{"size", Int{1}}});
            }),
            Fault::corrupt);
}

TEST(Lrn, GradientMatchesCentralDifferences) {
  const Attributes a = {{"alpha", 0.5F}, {"beta", 0.75F}, {"bias", 1.5F}, {"size", Int{3}}};
  expect_gradient("LRN", {between({2, 5, 2, 1}, -2, 2)}, a);
  expect_gradient("LRN", {between({1, 5, 2}, -2, 2)}, {{"alpha", 0.5F}, {"size", Int{4}}});
}

}  // namespace
}  // namespace pare
