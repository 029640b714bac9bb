#include "ops/optimizer.hpp"

namespace pare {
namespace {

Attributes options() {
  return {{"alpha", 0.75F},
          {"beta", 0.875F},
          {"epsilon", 0.125F},
          {"norm_coefficient", 0.25F},
          {"norm_coefficient_post", 0.0625F}};
}

TEST(Adam, TakesOneStep) {
  for (const Int count : {0, 1, 3}) {
    const auto in = training_inputs(0.5F, count, 4);
    const auto out = run_op("Adam", in, options(), 6, kTraining);
    double rate = 0.5;
    if (count > 0) {
      rate = 0.5 * std::sqrt(1 - std::pow(0.875, count)) / (1 - std::pow(0.75, count));
    }
    for (std::size_t t = 0; t < 2; ++t) {
      for (std::size_t i = 0; i < (t == 0 ? 3 : 4); ++i) {
        const double x = element(in, 0, t, i);
        const double g = 0.25 * x + element(in, 1, t, i);
        const double v = 0.75 * element(in, 2, t, i) + 0.25 * g;
        const double h = 0.875 * element(in, 3, t, i) + 0.125 * g * g;
        EXPECT_NEAR(result(out, 1, t, i), v, 1e-7);
        EXPECT_NEAR(result(out, 2, t, i), h, 1e-7);
        EXPECT_NEAR(result(out, 0, t, i), 0.9375 * (x - rate * v / (std::sqrt(h) + 0.125)), 1e-7);
      }
    }
  }
}

TEST(Adam, KeepsTypesAndRefusesWhatDoesNotFit) {
  auto in = training_inputs(0.5F, 1, 4);
  for (std::size_t i = 2; i < in.size(); i += 2) in[i] = in[i].cast(dtype_of(ElementKind::f64));
  const auto out = run_op("Adam", in, options(), 6, kTraining);
  EXPECT_EQ(out[0].kind(), ElementKind::f64);
  EXPECT_EQ(out[1].kind(), ElementKind::f32);
  EXPECT_EQ(out[5].shape(), (Shape{2, 2}));
  expect_groups("Adam", 4, {});
}

}  // namespace
}  // namespace pare
