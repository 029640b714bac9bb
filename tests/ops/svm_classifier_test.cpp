#include "ops/ml.hpp"

namespace pare {
namespace {

using Row = std::vector<double>;

/// Three classes with 2, 1 and 2 support vectors in the plane.
const std::vector<Row> kSupport = {{0, 0}, {1, 0}, {3, 3}, {-2, 2}, {-3, 1}};
const std::vector<std::size_t> kOwner = {0, 0, 1, 2, 2};
/// Coefficient of vector v in the duel of its class against `other`.
double weight(std::size_t v, std::size_t other) {
  return (static_cast<double>(v * 3 + other) - 6) / 4;
}
const Row kRho = {0.5, -0.25, 0.125};

double rbf(const Row& a, const Row& b) {
  return std::exp(-0.25 * (std::pow(a[0] - b[0], 2) + std::pow(a[1] - b[1], 2)));
}

/// Margins of the pairs (0,1), (0,2), (1,2).
Row margins(const Row& x) {
  Row out;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = i + 1; j < 3; ++j) {
      double sum = kRho[out.size()];
      for (std::size_t v = 0; v < kSupport.size(); ++v) {
        if (kOwner[v] == i) sum += weight(v, j) * rbf(x, kSupport[v]);
        if (kOwner[v] == j) sum += weight(v, i) * rbf(x, kSupport[v]);
      }
      out.push_back(sum);
    }
  }
  return out;
}

Attributes three_classes() {
  Floats coefficients;
  for (std::size_t row = 0; row < 2; ++row) {
    for (std::size_t v = 0; v < kSupport.size(); ++v) {
      // The row-th of the other classes.
      const std::size_t other = row < kOwner[v] ? row : row + 1;
      coefficients.push_back(static_cast<float>(weight(v, other)));
    }
  }
  return {
      {"coefficients", coefficients},       {"support_vectors", tensor_of(kSupport).to_floats()},
      {"vectors_per_class", Ints{2, 1, 2}}, {"rho", Floats{0.5F, -0.25F, 0.125F}},
      {"kernel_type", std::string("RBF")},  {"kernel_params", Floats{0.25F, 0, 0}}};
}

const std::vector<Row> kRows = {{0, 0}, {3, 2.5}, {-2, 1}, {1, -1}, {5, 5}};

std::size_t winner(const Row& m) {
  Row votes(3, 0);
  votes[m[0] > 0 ? 0 : 1] += 1;
  votes[m[1] > 0 ? 0 : 2] += 1;
  votes[m[2] > 0 ? 1 : 2] += 1;
  return static_cast<std::size_t>(std::max_element(votes.begin(), votes.end()) - votes.begin());
}

TEST(SVMClassifier, EveryPairOfClassesVotes) {
  for (const std::string& transform : kTransforms) {
    Attributes a = three_classes();
    a.emplace("classlabels_strings", Texts{"r", "g", "b"});
    a.emplace("post_transform", transform);
    const auto made = run_ml("SVMClassifier", {tensor_of(kRows)}, a, 2);
    ASSERT_EQ(made[1].shape(), (Shape{5, 3}));
    for (std::size_t i = 0; i < kRows.size(); ++i) {
      const Row m = margins(kRows[i]);
      EXPECT_EQ(made[0].data<std::string>()[i], (Texts{"r", "g", "b"})[winner(m)]);
      expect_row(made[1], i, transformed(transform, m), 1e-5);
    }
  }
}

TEST(SVMClassifier, ProbabilitiesSolveThePairwiseCoupling) {
  Attributes a = three_classes();
  a.emplace("classlabels_ints", Ints{1, 2, 3});
  a.emplace("prob_a", Floats{-1, -2, -0.5F});
  a.emplace("prob_b", Floats{0.25F, 0, -0.5F});
  const auto made = run_ml("SVMClassifier", {tensor_of(kRows)}, a, 2);
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const Row m = margins(kRows[i]);
    EXPECT_EQ(made[0].to_ints()[i], static_cast<Int>(winner(m)) + 1);
    // Least squares of sum_ij (r_ji p_i - r_ij p_j)^2 with sum p = 1 on a fine grid.
    const auto share = [](double s, double slope, double at) {
      return 1 / (1 + std::exp(slope * s + at));
    };
    const double r01 = share(m[0], -1, 0.25);
    const double r02 = share(m[1], -2, 0);
    const double r12 = share(m[2], -0.5, -0.5);
    Row best;
    double least = 1e9;
    constexpr int kSteps = 500;
    for (int u = 0; u <= kSteps; ++u) {
      for (int v = 0; v <= kSteps - u; ++v) {
        const double p = static_cast<double>(u) / kSteps, q = static_cast<double>(v) / kSteps;
        const double t = 1 - p - q;
        const double error = std::pow((1 - r01) * p - r01 * q, 2) +
                             std::pow((1 - r02) * p - r02 * t, 2) +
                             std::pow((1 - r12) * q - r12 * t, 2);
        if (error < least) least = error, best = {p, q, t};
      }
    }
    // The iteration stops at a gradient of 0.005 / 3.
    expect_row(made[1], i, best, 0.02);
  }
}

TEST(SVMClassifier, TwoClassesHaveTwoScores) {
  const Attributes a = {{"coefficients", Floats{1, -1}},
                        {"support_vectors", Floats{2, 3}},
                        {"vectors_per_class", Ints{1, 1}},
                        {"rho", Floats{0.5F}},
                        {"classlabels_ints", Ints{10, 20}}};
  // margin = 2 x - 3 x + 0.5; positive: the first class.
  const auto made = run_ml("SVMClassifier", {Tensor::of<float>({2, 1}, {0, 1})}, a, 2);
  EXPECT_EQ(made[0].to_ints(), (Ints{10, 20}));
  expect_close(made[1], {-0.5F, 0.5F, 0.5F, -0.5F}, 0);
  Attributes likely = a;
  likely.emplace("prob_a", Floats{-2});
  likely.emplace("prob_b", Floats{0});
  const auto p = run_ml("SVMClassifier", {Tensor::of<float>({1, 1}, {0})}, likely, 2);
  const double share = 1 / (1 + std::exp(-1.0));
  expect_row(p[1], 0, {share, 1 - share}, 5e-3);
}

TEST(SVMClassifier, LinearWithoutSupportVectors) {
  Attributes a = {{"coefficients", Floats{1, 0, 0, 1, -1, -1}},
                  {"rho", Floats{0.5F}},
                  {"classlabels_strings", Texts{"right", "up", "back"}}};
  const auto made = run_ml("SVMClassifier", {Tensor::of<Int>({3, 2}, {3, 1, 1, 4, -2, -2})}, a, 2);
  EXPECT_EQ(texts_in(made[0]), (Texts{"right", "up", "back"}));
  expect_close(made[1], {3.5F, 1.5F, -3.5F, 1.5F, 4.5F, -4.5F, -1.5F, -1.5F, 4.5F}, 0);
  a = {{"coefficients", Floats{1}}, {"rho", Floats{0}}, {"classlabels_ints", Ints{9}}};
  EXPECT_EQ(run_ml("SVMClassifier", {Tensor::of<float>({2, 1}, {-1, 1})}, a, 2)[0].to_ints(),
            (Ints{0, 9}));
}

TEST(SVMClassifier, RefusesListsThatDoNotFit) {
  const auto refused = [](const std::string& name, const Attribute& value) {
    Attributes a = three_classes();
    a.emplace("classlabels_ints", Ints{1, 2, 3});
    a.insert_or_assign(name, value);
    return fault_of([&] { run_ml("SVMClassifier", {tensor_of(kRows)}, a, 2); });
  };
  EXPECT_EQ(refused("classlabels_ints", Ints{1, 2}), Fault::corrupt);
  EXPECT_EQ(refused("classlabels_ints", Ints{}), Fault::corrupt);
  EXPECT_EQ(refused("vectors_per_class", Ints{2, 1, 1}), Fault::corrupt);
  EXPECT_EQ(refused("vectors_per_class", Ints{2, -1, 4}), Fault::corrupt);
  EXPECT_EQ(refused("vectors_per_class", Ints{1LL << 62, 1LL << 62, 1LL << 62}), Fault::corrupt);
  EXPECT_EQ(refused("coefficients", Floats{1, 2}), Fault::corrupt);
  EXPECT_EQ(refused("rho", Floats{1, 2}), Fault::corrupt);
  EXPECT_EQ(refused("prob_a", Floats{1, 2, 3}), Fault::corrupt);
  EXPECT_EQ(refused("support_vectors", Floats{1, 2, 3}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
