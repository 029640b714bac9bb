#include "ops/ml.hpp"

namespace pare {
namespace {

Tensor run(const Tensor& x, const std::string& norm) {
  return run_ml("Normalizer", {x}, {{"norm", norm}})[0];
}

TEST(Normalizer, EveryNormOfEveryRow) {
  const Tensor x = Tensor::of<float>({3, 2}, {3, -4, 0, 0, -1, -2});
  expect_close(run(x, "MAX"), {1, -4.0F / 3, 0, 0, 1, 2}, 1e-7F);
  expect_close(run(x, "L1"), {3.0F / 7, -4.0F / 7, 0, 0, -1.0F / 3, -2.0F / 3}, 1e-7F);
  const float root = std::sqrt(5.0F);
  expect_close(run(x, "L2"), {0.6F, -0.8F, 0, 0, -1 / root, -2 / root}, 1e-7F);
  expect_close(run_ml("Normalizer", {x})[0], {1, -4.0F / 3, 0, 0, 1, 2}, 1e-7F);
}

TEST(Normalizer, EveryInputTypeGivesFloats) {
  expect_close(run(numbers({1, 3}), "L1"), {0.25F, 0.75F}, 0);
  expect_close(run(Tensor::of<std::int32_t>({1, 2}, {2, 4}), "MAX"), {0.5F, 1}, 0);
  // The squares overflow floats.
  expect_close(run(Tensor::of<double>({1, 2}, {3e30, 4e30}), "L2"), {0.6F, 0.8F}, 1e-7F);
}

TEST(Normalizer, RefusesOtherNormsAndRanks) {
  EXPECT_EQ(fault_of([] { run(ramp({2}), "L3"); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run(ramp({2, 1, 1}), "L1"); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
