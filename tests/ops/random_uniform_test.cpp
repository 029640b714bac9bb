#include <algorithm>
#include <set>

#include "ops/random_draws.hpp"

namespace pare {
namespace {

const char* const kOp = "RandomUniform";
const Attribute kShape = Ints{40, 50};

TEST(RandomUniform, CoversItsRangeEvenly) {
  const Attributes a = {{"shape", kShape}, {"low", -1.0F}, {"high", 3.0F}, {"seed", 7.0F}};
  const Tensor y = run_op(kOp, {}, a).at(0);
  EXPECT_EQ(y.shape(), (Shape{40, 50}));
  EXPECT_EQ(y.kind(), ElementKind::f32);
  expect_spread(y, 1, 4 / std::sqrt(12.0));
  std::vector<int> bins(8);
  for (const double v : y.to_doubles()) {
    ASSERT_GE(v, -1);
    ASSERT_LT(v, 3);
    ++bins.at(static_cast<std::size_t>((v + 1) * 2));
  }
  for (const int n : bins) EXPECT_NEAR(n, 250, 75);  // five deviations of 250 of 2000
}

TEST(RandomUniform, NeverReachesTheEndInAnyType) {
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16, ElementKind::f64}) {
    const Attributes a = {
        {"shape", Attribute(Ints{20000})}, {"seed", 1.0F}, {"dtype", static_cast<Int>(kind)}};
    const Tensor y = run_op(kOp, {}, a).at(0);
    EXPECT_EQ(y.kind(), kind);
    expect_spread(y, 0.5, 1 / std::sqrt(12.0));
    const std::vector<double> v = y.to_doubles();
    EXPECT_LT(*std::max_element(v.begin(), v.end()), 1);
    EXPECT_GE(*std::min_element(v.begin(), v.end()), 0);
  }
}

TEST(RandomUniform, SeedsDecide) {
  expect_seeds(kOp, {}, {{"shape", kShape}}, 1.0F, 2.0F);
  expect_seeds(kOp, {}, {{"shape", kShape}}, 0.0F, 0.5F);
}

TEST(RandomUniform, RefusesWhatIsNone) {
  EXPECT_EQ(to_string(infer_op(kOp, {}, {{"shape", Attribute(Ints{})}})), "[]");
  const auto fails = [](const Attributes& a) {
    EXPECT_EQ(fault_of([&] { run_unchecked(kOp, {}, a); }), Fault::corrupt);
  };
  fails({});
  fails({{"shape", Attribute(Ints{2, -1})}});
  fails({{"shape", Attribute(Ints{Int{1} << 40, Int{1} << 40})}});
  fails({{"shape", kShape}, {"dtype", Int{7}}});
  fails({{"shape", kShape}, {"low", kNan}});
  fails({{"shape", kShape}, {"high", kInf}});
}

}  // namespace
}  // namespace pare
