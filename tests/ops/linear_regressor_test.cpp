#include "ops/ml.hpp"

namespace pare {
namespace {

TEST(LinearRegressor, TargetsHaveTheirCoefficientsOneBehindTheOther) {
  const std::vector<std::vector<double>> rows = {{1, 2}, {3, -4}};
  for (const std::string& transform : kTransforms) {
    const Tensor y = run_ml("LinearRegressor", {tensor_of(rows)},
                            {{"coefficients", Floats{1, 10, 2, -1, 0, 0}},
                             {"intercepts", Floats{0.5F, 0, -2}},
                             {"targets", Int{3}},
                             {"post_transform", transform}})[0];
    ASSERT_EQ(y.shape(), (Shape{2, 3}));
    SCOPED_TRACE(transform);
    expect_row(y, 0, transformed(transform, {21.5, 0, -2}));
    expect_row(y, 1, transformed(transform, {-36.5, 10, -2}));
  }
}

TEST(LinearRegressor, OneTargetAndEveryInputType) {
  const Attributes a = {{"coefficients", Floats{2, 3}}};
  expect_close(run_ml("LinearRegressor", {numbers({1, 1})}, a)[0], {5}, 0);
  expect_close(run_ml("LinearRegressor", {Tensor::of<double>({1, 2}, {0.5, 1})}, a)[0], {4}, 0);
  expect_close(run_ml("LinearRegressor", {Tensor::of<std::int32_t>({1, 2}, {2, 0})}, a)[0], {4}, 0);
}

TEST(LinearRegressor, RefusesListsThatDoNotFit) {
  const auto refused = [](const Attributes& a) {
    return fault_of([&] { run_ml("LinearRegressor", {ramp({1, 2})}, a); });
  };
  EXPECT_EQ(refused({}), Fault::corrupt);
  EXPECT_EQ(refused({{"coefficients", Floats{1, 2, 3}}}), Fault::corrupt);
  EXPECT_EQ(refused({{"coefficients", Floats{1, 2, 3, 4}}}), Fault::corrupt);
  EXPECT_EQ(refused({{"coefficients", Floats{1, 2}}, {"targets", Int{0}}}), Fault::corrupt);
  EXPECT_EQ(refused({{"coefficients", Floats{1, 2}}, {"intercepts", Floats{1, 2}}}),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
