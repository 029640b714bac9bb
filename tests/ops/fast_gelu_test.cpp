#include "ops/gradient_test.hpp"
#include "ops/quantized.hpp"

namespace pare {
namespace {

TEST(FastGelu, IsTheTanhFormWithAnOptionalBias) {
  const Tensor x = Tensor::of<float>({1, 2}, {-1, 2});
  expect_close(run_contrib("FastGelu", {x})[0], {-0.158808009F, 1.95459769F}, 1e-7F);
  const Tensor more = Tensor::of<float>({1, 2}, {-2, 3});
  const Tensor bias = Tensor::of<float>({2}, {1, -1});
  expect_close(run_contrib("FastGelu", {more, bias})[0], {-0.158808009F, 1.95459769F}, 1e-7F);
}

TEST(FastGelu, ABiasOfAnotherSizeIsCorrupt) {
  EXPECT_EQ(fault_of([] { run_contrib("FastGelu", {ramp({2, 2}), ramp({3})}); }), Fault::corrupt);
}

TEST(FastGelu, GradientMatchesCentralDifferences) {
  expect_gradient("FastGelu", {between({2, 3}, -2, 2)}, {}, {.domain = "com.microsoft"});
  expect_gradient("FastGelu", {between({2, 2, 3}, -2, 2), noise({3}, 2)}, {},
                  {.domain = "com.microsoft"});
}

}  // namespace
}  // namespace pare
