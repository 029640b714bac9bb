#include "ops/ml.hpp"

namespace pare {
namespace {

using Row = std::vector<double>;

double kernel(const std::string& kind, const Row& a, const Row& b) {
  double inner = 0, distance = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    inner += a[i] * b[i];
    distance += std::pow(a[i] - b[i], 2);
  }
  if (kind == "POLY") return std::pow(0.5 * inner + 2, 3);
  if (kind == "RBF") return std::exp(-0.5 * distance);
  if (kind == "SIGMOID") return std::tanh(0.5 * inner + 2);
  return inner;
}

TEST(SVMRegressor, EveryKernelOverSupportVectors) {
  const std::vector<Row> support = {{1, 0}, {0.5, -1}, {-2, 1}};
  const std::vector<Row> rows = {{1, 1}, {0, 0.25}, {-1, 3}};
  for (const std::string kind : {"LINEAR", "POLY", "RBF", "SIGMOID"}) {
    SCOPED_TRACE(kind);
    Attributes a = {{"support_vectors", tensor_of(support).to_floats()},
                    {"coefficients", Floats{2, -1, 0.5F}},
                    {"rho", Floats{-0.25F}},
                    {"kernel_params", Floats{0.5F, 2, 3}},
                    {"kernel_type", kind},
                    {"n_supports", Int{3}}};
    const Tensor y = run_ml("SVMRegressor", {tensor_of(rows)}, a)[0];
    ASSERT_EQ(y.shape(), (Shape{3, 1}));
    a.emplace("one_class", Int{1});
    const Tensor sides = run_ml("SVMRegressor", {tensor_of(rows)}, a)[0];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double want = 2 * kernel(kind, rows[i], support[0]) -
                          kernel(kind, rows[i], support[1]) +
                          0.5 * kernel(kind, rows[i], support[2]) - 0.25;
      expect_row(y, i, {want});
      expect_row(sides, i, {want > 0 ? 1.0 : -1.0});
    }
  }
}

TEST(SVMRegressor, LinearWithoutSupportVectorsAndTransformed) {
  const Attributes a = {{"coefficients", Floats{2, 3}}, {"rho", Floats{1}}};
  expect_close(run_ml("SVMRegressor", {Tensor::of<Int>({2, 2}, {1, 1, 0, -1})}, a)[0], {6, -2}, 0);
  Attributes logistic = a;
  logistic.emplace("post_transform", std::string("LOGISTIC"));
  expect_row(run_ml("SVMRegressor", {Tensor::of<double>({2}, {0, -1})}, logistic)[0], 0,
             {1 / (1 + std::exp(2.0))});
}

TEST(SVMRegressor, RefusesListsThatDoNotFit) {
  const auto refused = [](const Attributes& a) {
    return fault_of([&] { run_ml("SVMRegressor", {ramp({1, 2})}, a); });
  };
  const Floats two = {1, 2};
  EXPECT_EQ(refused({{"coefficients", two}}), Fault::corrupt);
  EXPECT_EQ(refused({{"rho", two}}), Fault::corrupt);
  EXPECT_EQ(refused({{"coefficients", Floats{1}}, {"rho", two}}), Fault::corrupt);
  EXPECT_EQ(refused({{"coefficients", two}, {"rho", two}, {"kernel_type", std::string("X")}}),
            Fault::corrupt);
  EXPECT_EQ(refused({{"coefficients", two}, {"rho", two}, {"kernel_params", two}}), Fault::corrupt);
  EXPECT_EQ(refused({{"coefficients", two}, {"rho", two}, {"n_supports", Int{2}}}), Fault::corrupt);
  EXPECT_EQ(refused({{"coefficients", two}, {"rho", two}, {"n_supports", Int{-2}}}),
            Fault::corrupt);
  EXPECT_EQ(refused({{"coefficients", two},
                     {"rho", two},
                     {"support_vectors", Floats{1, 2, 3}},
                     {"n_supports", Int{2}}}),
            Fault::corrupt);
  EXPECT_EQ(refused({{"coefficients", two},
                     {"rho", two},
                     {"support_vectors", Floats{1, 2, 3}},
                     {"n_supports", Int{1} << 62}}),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
