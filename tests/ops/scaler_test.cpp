#include "ops/ml.hpp"

namespace pare {
namespace {

TEST(Scaler, OneOrOnePerColumn) {
  const auto run = [](const Tensor& x, const Floats& offset, const Floats& scale) {
    return run_ml("Scaler", {x}, {{"offset", offset}, {"scale", scale}})[0];
  };
  expect_close(run(ramp({2, 2}, 1), {1, 2}, {10, 100}), {0, 0, 20, 200}, 0);
  expect_close(run(ramp({2, 2}, 1), {1}, {2}), {0, 2, 4, 6}, 0);
  expect_close(run(numbers({5, 7}), {5}, {1, 0.5F}), {0, 1}, 0);
  expect_close(run(Tensor::of<std::int32_t>({1, 1}, {3}), {0}, {2}), {6}, 0);
  expect_close(run(Tensor::of<double>({1}, {1.5}), {0.5F}, {4}), {4}, 0);
}

TEST(Scaler, RefusesOtherNumbersOfEntries) {
  const auto refused = [](const Attributes& a) {
    return fault_of([&] { run_ml("Scaler", {ramp({2, 3})}, a); });
  };
  EXPECT_EQ(refused({{"offset", Floats{1, 2}}, {"scale", Floats{1}}}), Fault::corrupt);
  EXPECT_EQ(refused({{"offset", Floats{1}}}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
