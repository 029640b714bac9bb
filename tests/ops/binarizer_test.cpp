#include "ops/ml.hpp"

namespace pare {
namespace {

TEST(Binarizer, OneWhereTheThresholdIsExceeded) {
  const Attributes a = {{"threshold", 1.5F}};
  const Tensor x = Tensor::of<float>({5}, {1, 1.5F, 1.75F, -9, std::nanf("")});
  expect_close(run_ml("Binarizer", {x}, a)[0], {0, 0, 1, 0, 0}, 0);
  expect_close(run_ml("Binarizer", {x})[0], {1, 1, 1, 0, 0}, 0);
  EXPECT_EQ(run_ml("Binarizer", {numbers({1, 2, -3})}, a)[0].to_ints(), (Ints{0, 1, 0}));
  EXPECT_EQ(run_ml("Binarizer", {Tensor::of<std::int32_t>({2}, {0, 1})})[0].to_ints(),
            (Ints{0, 1}));
  EXPECT_EQ(run_ml("Binarizer", {Tensor::of<double>({2}, {1.5000001, 1.5})}, a)[0].to_doubles(),
            (std::vector<double>{1, 0}));
}

}  // namespace
}  // namespace pare
