#include "ops/ml.hpp"

namespace pare {
namespace {

TEST(LinearClassifier, ManyClassesWithEveryTransform) {
  const Floats w = {1, -2, 0.5F, 0, 3, 1, -1, -1, -1};
  const Floats b = {0.25F, -1, 0};
  const std::vector<std::vector<double>> rows = {{1, 0, 2}, {-1, 2, 0}, {0, 0, 0}};
  for (const std::string& transform : kTransforms) {
    SCOPED_TRACE(transform);
    const auto made = run_ml("LinearClassifier", {tensor_of(rows)},
                             {{"coefficients", w},
                              {"intercepts", b},
                              {"classlabels_strings", Texts{"x", "y", "z"}},
                              {"post_transform", transform}},
                             2);
    EXPECT_EQ(texts_in(made[0]), (Texts{"x", "y", "x"}));
    for (std::size_t i = 0; i < 3; ++i) {
      std::vector<double> s(3);
      for (std::size_t k = 0; k < 3; ++k) {
        s[k] = static_cast<double>(b[k]);
        for (std::size_t j = 0; j < 3; ++j) s[k] += rows[i][j] * static_cast<double>(w[3 * k + j]);
      }
      expect_row(made[1], i, transformed(transform, s));
    }
  }
}

TEST(LinearClassifier, OneRowOfCoefficientsForTwoClasses) {
  const Attributes a = {{"coefficients", Floats{2, 1}},
                        {"intercepts", Floats{-1}},
                        {"classlabels_ints", Ints{5, 6}},
                        {"post_transform", std::string("LOGISTIC")}};
  const auto made = run_ml("LinearClassifier", {Tensor::of<Int>({2, 2}, {1, 1, 0, 0})}, a, 2);
  EXPECT_EQ(made[0].to_ints(), (Ints{6, 5}));
  expect_row(made[1], 0, {1 / (1 + std::exp(2.0)), 1 / (1 + std::exp(-2.0))});
  expect_row(made[1], 1, {1 / (1 + std::exp(-1.0)), 1 / (1 + std::exp(1.0))});
}

TEST(LinearClassifier, OneClassWinsByAThreshold) {
  const Tensor x = Tensor::of<double>({3, 1}, {-1, 0, 1});
  Attributes a = {{"coefficients", Floats{1}}, {"classlabels_ints", Ints{4}}};
  EXPECT_EQ(run_ml("LinearClassifier", {x}, a, 2)[0].to_ints(), (Ints{0, 4, 4}));
  a = {{"coefficients", Floats{1}},
       {"classlabels_strings", Texts{"it"}},
       {"post_transform", std::string("LOGISTIC")}};
  const auto made = run_ml("LinearClassifier", {x}, a, 2);
  EXPECT_EQ(texts_in(made[0]), (Texts{"", "it", "it"}));
  EXPECT_EQ(made[1].shape(), (Shape{3, 1}));
}

TEST(LinearClassifier, RefusesListsThatDoNotFit) {
  const auto refused = [](const Floats& w, const Floats& b, const Ints& labels) {
    return fault_of([&] {
      run_ml("LinearClassifier", {ramp({1, 2})},
             {{"coefficients", w}, {"intercepts", b}, {"classlabels_ints", labels}}, 2);
    });
  };
  EXPECT_EQ(refused({1, 2, 3}, {}, {1}), Fault::corrupt);
  EXPECT_EQ(refused({}, {}, {1}), Fault::corrupt);
  EXPECT_EQ(refused({1, 2, 3, 4}, {1}, {1, 2}), Fault::corrupt);
  EXPECT_EQ(refused({1, 2, 3, 4}, {}, {1, 2, 3}), Fault::corrupt);
  EXPECT_EQ(refused({1, 2, 3, 4}, {}, {}), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_ml("LinearClassifier", {ramp({1, 2, 1})},
                     {{"coefficients", Floats{1}}, {"classlabels_ints", Ints{1}}}, 2);
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
