#include "evaluate/profile.hpp"

#include <gtest/gtest.h>

#include "base/threads.hpp"

namespace pare {
namespace {

MachinePeaks machine() {
  MachinePeaks p;
  p.threads = 3;
  p.f32_gflops = 100;
  p.f32_isa = "some";
  p.int8_gflops = 400;
  p.reads = {{1000, 50}, {1000000, 10}};
  return p;
}

StepInfo step(const char* node, double flops, double ms) {
  StepInfo s;
  s.node = node;
  s.op = "Conv";
  s.kernel = "onednn:conv";
  s.cost.flops = flops;
  s.cost.bytes = 1000;
  s.mean_ms = ms;
  s.refused = {"a: no"};
  return s;
}

TEST(Profile, StepsAreLongestFirstWithTotalsAndTheWorst) {
  // At 100 GFLOP/s the roofs are 1, 2.9 and 0.5 ms.
  const std::vector<StepInfo> steps = {step("first", 1e8, 2), step("second", 2.9e8, 3),
                                       step("third", 5e7, 0.5)};
  const nlohmann::json j = profile_json(roofline(steps, machine()), {machine(), machine()});
  ASSERT_EQ(j.at("nodes").size(), 3U);
  EXPECT_EQ(j["nodes"][0]["node"], "second");
  EXPECT_EQ(j["nodes"][2]["node"], "third");
  EXPECT_NEAR(j["nodes"][0]["share"].get<double>(), 3 / 5.5, 1e-12);
  EXPECT_NEAR(j["nodes"][1]["lost_ms"].get<double>(), 1, 1e-9);
  EXPECT_EQ(j["nodes"][1]["refused"][0], "a: no");
  EXPECT_EQ(j["nodes"][1]["bound"], "arithmetic");
  EXPECT_NEAR(j["total_ms"].get<double>(), 5.5, 1e-12);
  EXPECT_NEAR(j["roof_ms"].get<double>(), 4.4, 1e-9);
  EXPECT_EQ(j["worst"][0], "first");
  EXPECT_EQ(j["worst"][1], "second");
  ASSERT_EQ(j["peaks"].size(), 2U);
  EXPECT_EQ(j["peaks"][0]["threads"], 3);
  EXPECT_EQ(j["peaks"][0]["reads"][1]["gb_per_s"], 10.0);
  EXPECT_EQ(j["peaks"][0]["f32_isa"], "some");
}

TEST(Profile, PeaksAreMeasuredForOneThreadAndForAll) {
  set_threads(2);
  const std::vector<MachinePeaks> two = measure_all_peaks();
  set_threads(1);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].threads, 1);
  EXPECT_EQ(two[1].threads, 2);
  EXPECT_GT(two[0].f32_gflops, 0);
  EXPECT_EQ(measure_all_peaks().size(), 1U);
}

}  // namespace
}  // namespace pare
