#include <algorithm>

#include "ops/random_draws.hpp"

namespace pare {
namespace {

const char* const kOp = "RandomNormal";
const Attribute kShape = Ints{40, 50};

TEST(RandomNormal, HasItsMeanDeviationAndTails) {
  const Attributes a = {{"shape", kShape}, {"mean", 2.0F}, {"scale", 3.0F}, {"seed", 5.0F}};
  const Tensor y = run_op(kOp, {}, a).at(0);
  EXPECT_EQ(y.shape(), (Shape{40, 50}));
  expect_spread(y, 2, 3);
  const std::vector<double> v = y.to_doubles();
  const auto share = [&](double sigmas) {
    return static_cast<double>(std::count_if(
               v.begin(), v.end(), [&](double x) { return std::abs(x - 2) < sigmas * 3; })) /
           2000;
  };
  EXPECT_NEAR(share(1), 0.6827, 0.052);  // five deviations of the share of 2000
  EXPECT_NEAR(share(2), 0.9545, 0.024);
  EXPECT_LT(share(2), 1);
  EXPECT_EQ(share(7), 1);
}

TEST(RandomNormal, HasTheTypeThatIsAskedFor) {
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Attributes a = {{"shape", kShape}, {"seed", 1.0F}, {"dtype", static_cast<Int>(kind)}};
    const Tensor y = run_op(kOp, {}, a).at(0);
    EXPECT_EQ(y.kind(), kind);
    expect_spread(y, 0, 1);
  }
}

TEST(RandomNormal, SeedsDecide) { expect_seeds(kOp, {}, {{"shape", kShape}}, 1.0F, 2.0F); }

TEST(RandomNormal, RefusesWhatIsNone) {
  EXPECT_EQ(to_string(infer_op(kOp, {}, {{"shape", kShape}})), "[40,50]");
  const auto fails = [](const Attributes& a) {
    EXPECT_EQ(fault_of([&] { run_unchecked(kOp, {}, a); }), Fault::corrupt);
  };
  fails({});
  fails({{"shape", kShape}, {"scale", kInf}});
  fails({{"shape", kShape}, {"mean", kNan}});
}

}  // namespace
}  // namespace pare
