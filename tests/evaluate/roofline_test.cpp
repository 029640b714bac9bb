#include "evaluate/roofline.hpp"

#include <gtest/gtest.h>

namespace pare {
namespace {

MachinePeaks machine() {
  MachinePeaks p;
  p.f32_gflops = 100;
  p.bf16_gflops = 200;
  p.int8_gflops = 400;
  p.reads = {{1000, 50}, {1000000, 10}};
  return p;
}

StepInfo step(const char* kernel, double flops, double bytes, double ms) {
  StepInfo s;
  s.kernel = kernel;
  s.cost.flops = flops;
  s.cost.bytes = bytes;
  s.mean_ms = ms;
  return s;
}

TEST(Roofline, ArithmeticBoundStepsAreHeldAgainstThePeakOfTheirNumbers) {
  // 1e8 operations at 100 GFLOP/s take 1 ms; integers a quarter of it.
  const Roofline r = roofline(
      {step("onednn:conv", 1e8, 1e3, 2), step("onednn:conv_int8", 1e8, 1e3, 2)}, machine());
  EXPECT_NEAR(r.steps[0].share, 0.5, 1e-9);
  EXPECT_NEAR(r.steps[0].gflops, 50, 1e-9);
  EXPECT_NEAR(r.steps[0].roof_gflops, 100, 1e-9);
  EXPECT_NEAR(r.steps[0].lost_ms, 1, 1e-9);
  EXPECT_FALSE(r.steps[0].by_memory);
  EXPECT_EQ(r.steps[1].arithmetic, Arithmetic::int8);
  EXPECT_NEAR(r.steps[1].share, 0.125, 1e-9);
  EXPECT_NEAR(r.share_of_peak, (1 + 0.25) / 4, 1e-9);
  EXPECT_EQ(worst_steps(r, 1), std::vector<std::size_t>{1});
}

TEST(Roofline, MemoryBoundStepsAreHeldAgainstTheMemoryTheyFitInto) {
  // 1e6 bytes at 10 GB/s take 0.1 ms, 1e3 bytes at 50 GB/s 2e-5 ms.
  const Roofline r =
      roofline({step("native:moves", 0, 1e6, 0.2), step("native:moves", 10, 1e3, 0.01)}, machine());
  EXPECT_TRUE(r.steps[0].by_memory);
  EXPECT_NEAR(r.steps[0].share, 0.5, 1e-9);
  EXPECT_NEAR(r.steps[0].gb_per_s, 5, 1e-9);
  EXPECT_NEAR(r.steps[1].roof_ms, 2e-5, 1e-12);
  EXPECT_NEAR(r.steps[1].roof_gflops, 0.5, 1e-9);  // 0.01 operations per byte x 50 GB/s
  EXPECT_NEAR(r.share_of_roof, 0.10002 / 0.21, 1e-9);
}

TEST(Roofline, NumbersAreThoseOfTheKernelNotOfTheNewestInstructions) {
  const auto of = [](const char* kernel) { return arithmetic_of(step(kernel, 1, 1, 1)); };
  EXPECT_EQ(of("onednn:eltwise (jit:avx512_core_bf16)"), Arithmetic::f32);
  EXPECT_EQ(of("onednn:conv (brgconv:avx512_core_vnni)"), Arithmetic::f32);
  EXPECT_EQ(of("onednn:conv_int8 (brgconv:avx512_core_vnni)"), Arithmetic::int8);
  EXPECT_EQ(of("native:packed_product (vnni, 8-bit, int8 rows)"), Arithmetic::int8);
  EXPECT_EQ(of("onednn:matmul_bf16 (brg:avx512_core_bf16)"), Arithmetic::bf16);
  EXPECT_EQ(of("reference"), Arithmetic::f32);
}

TEST(Roofline, NothingMeasuredIsNoDivisionByZero) {
  const Roofline r = roofline({step("reference", 0, 0, 0)}, MachinePeaks());
  EXPECT_EQ(r.steps[0].share, 0);
  EXPECT_EQ(r.share_of_peak, 0);
  EXPECT_TRUE(worst_steps(roofline({}, machine()), 5).empty());
}

}  // namespace
}  // namespace pare
