#include "ops/optimizer.hpp"

namespace pare {
namespace {

Attributes options(const std::string& mode) {
  return {{"alpha", 0.75F}, {"beta", 0.5F}, {"mode", mode}, {"norm_coefficient", 0.25F}};
}

TEST(Momentum, TakesOneStep) {
  for (const std::string mode : {"standard", "nesterov"}) {
    for (const Int count : {0, 2}) {
      const auto in = training_inputs(0.5F, count, 3);
      const auto out = run_op("Momentum", in, options(mode), 4, kTraining);
      for (std::size_t t = 0; t < 2; ++t) {
        for (std::size_t i = 0; i < (t == 0 ? 3 : 4); ++i) {
          const double x = element(in, 0, t, i);
          const double g = 0.25 * x + element(in, 1, t, i);
          const double v = 0.75 * element(in, 2, t, i) + (count == 0 ? 1 : 0.5) * g;
          const double along = mode == "standard" ? v : g + 0.75 * v;
          EXPECT_NEAR(result(out, 1, t, i), v, 1e-7);
          EXPECT_NEAR(result(out, 0, t, i), x - 0.5 * along, 1e-7);
        }
      }
    }
  }
}

TEST(Momentum, RefusesWhatDoesNotFit) {
  expect_groups("Momentum", 3, options("standard"));
  EXPECT_EQ(fault_of([] {
              run_op("Momentum", training_inputs(0.5F, 1, 3), options("fast"), 4, kTraining);
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
