#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Gelu, XTimesTheNormalDistribution) {
  expect_unary("Gelu", {-2, -0.75F, 0, 0.5F, 3},
               {-0.0455002639F, -0.169970514F, 0, 0.345731231F, 2.99595031F});
}

TEST(Gelu, AttributesChangeTheCurve) {
  expect_unary("Gelu", {-1, 2}, {-0.158808009F, 1.95459769F},
               {{"approximate", std::string("tanh")}});
}

TEST(Gelu, OfComMicrosoftIsExact) {
  const Tensor x = Tensor::of<float>({3}, {-2, 0.5F, 3});
  expect_close(run_op("Gelu", {x}, {}, 1, "com.microsoft")[0],
               {-0.0455002639F, 0.345731231F, 2.99595031F}, 1e-7F);
}

TEST(Gelu, GradientMatchesCentralDifferences) {
  expect_gradient("Gelu", {between({2, 3}, -2, 2)});
  expect_gradient("Gelu", {between({9}, -3, 3)}, {{"approximate", std::string("tanh")}});
  expect_gradient("Gelu", {between({9}, -3, 3)}, {}, {.domain = "com.microsoft"});
}

}  // namespace
}  // namespace pare
