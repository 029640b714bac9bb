#include "ops/ml.hpp"

namespace pare {
namespace {

TEST(FeatureVectorizer, CutsFillsAndJoins) {
  const Attributes a = {{"inputdimensions", Ints{2, 1, 3}}};
  const Tensor y =
      run_ml("FeatureVectorizer", {ramp({2, 2}, 1), ramp({2, 3}, 10), ramp({2, 1}, 7)}, a)[0];
  EXPECT_EQ(y.shape(), (Shape{2, 6}));
  expect_close(y, {1, 2, 10, 7, 0, 0, 3, 4, 13, 8, 0, 0}, 0);
}

TEST(FeatureVectorizer, EveryTypeAndVectorsAsRows) {
  expect_close(run_ml("FeatureVectorizer", {numbers({3, 4})}, {{"inputdimensions", Ints{2}}})[0],
               {3, 4}, 0);
  expect_close(
      run_ml("FeatureVectorizer", {Tensor::of<double>({1, 1}, {0.5}), Tensor::of<double>({1}, {2})},
             {{"inputdimensions", Ints{1, 1}}})[0],
      {0.5F, 2}, 0);
  expect_close(run_ml("FeatureVectorizer", {Tensor::of<std::int32_t>({1, 2}, {5, 6})},
                      {{"inputdimensions", Ints{1}}})[0],
               {5}, 0);
}

TEST(FeatureVectorizer, RefusesWhatDoesNotFit) {
  const auto refused = [](const std::vector<Tensor>& x, const Ints& widths) {
    return fault_of([&] { run_ml("FeatureVectorizer", x, {{"inputdimensions", widths}}); });
  };
  EXPECT_EQ(refused({ramp({2, 2})}, {2, 2}), Fault::corrupt);
  EXPECT_EQ(refused({ramp({2, 2})}, {-1}), Fault::corrupt);
  EXPECT_EQ(refused({ramp({2, 2})}, {Int{1} << 60}), Fault::corrupt);
  EXPECT_EQ(refused({ramp({2, 2}), ramp({3, 2})}, {2, 2}), Fault::corrupt);
  EXPECT_EQ(refused({ramp({2, 2, 2})}, {2}), Fault::corrupt);
  EXPECT_EQ(refused({Tensor::scalar<float>(1)}, {1}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
