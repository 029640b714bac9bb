#include "ops/optimizer.hpp"

namespace pare {
namespace {

TEST(Adagrad, TakesOneStep) {
  const Attributes a = {{"decay_factor", 0.5F}, {"epsilon", 0.125F}, {"norm_coefficient", 0.25F}};
  for (const Int count : {0, 1, 6}) {
    const auto in = training_inputs(0.5F, count, 3);
    const auto out = run_op("Adagrad", in, a, 4, kTraining);
    const double rate = 0.5 / (1 + 0.5 * static_cast<double>(count));
    for (std::size_t t = 0; t < 2; ++t) {
      for (std::size_t i = 0; i < (t == 0 ? 3 : 4); ++i) {
        const double x = element(in, 0, t, i);
        const double g = 0.25 * x + element(in, 1, t, i);
        const double h = element(in, 2, t, i) + g * g;
        EXPECT_NEAR(result(out, 1, t, i), h, 1e-7);
        EXPECT_NEAR(result(out, 0, t, i), x - rate * g / (std::sqrt(h) + 0.125), 1e-7);
      }
    }
  }
}

TEST(Adagrad, RefusesWhatDoesNotFit) { expect_groups("Adagrad", 3, {}); }

}  // namespace
}  // namespace pare
