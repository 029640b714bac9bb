#include "kernels/peaks/peaks.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <set>
#include <vector>

namespace pare {
namespace {

TEST(Peaks, EveryLoopRunsAndDependsOnWhatItReads) {
  for (const PeakLoop* loop : peak_loops()) {
    SCOPED_TRACE(loop->isa);
    std::set<std::vector<std::byte>> results;
    for (const float x : {0.5F, 0.25F}) {
      alignas(64) std::array<std::byte, 256> values{};
      for (std::size_t at = 0; at < values.size(); at += 4) std::memcpy(&values[at], &x, 4);
      loop->run(3, values.data());
      results.emplace(values.begin() + 128, values.begin() + 192);
    }
    EXPECT_EQ(results.size(), 2U);
    EXPECT_GT(loop->operations, 0);
  }
}

TEST(Peaks, ReadingDependsOnEveryByte) {
  std::vector<std::byte> bytes(2048, std::byte{1});
  const std::uint64_t before = read_loop()(bytes.data(), bytes.size());
  for (std::size_t i = 0; i < bytes.size(); i += 37) {
    bytes[i] = std::byte{2};
    EXPECT_NE(read_loop()(bytes.data(), bytes.size()), before) << i;
    bytes[i] = std::byte{1};
  }
}

TEST(Peaks, MeasuresWhatAMachineCanDo) {
  const MachinePeaks p = measure_peaks(1, 0.05);
  EXPECT_GT(p.f32_gflops, 0.1);
  EXPECT_GT(p.int8_gflops, 0.1);
  ASSERT_EQ(p.reads.size(), 3U);
  EXPECT_LT(p.reads[0].bytes, p.reads[2].bytes);
  for (const ReadRate& r : p.reads) EXPECT_GT(r.gb_per_s, 0.1);
  EXPECT_DOUBLE_EQ(p.gb_per_s(1), p.reads[0].gb_per_s);
  EXPECT_DOUBLE_EQ(p.gb_per_s(1e15), p.reads[2].gb_per_s);
  EXPECT_GE(p.gflops(Arithmetic::bf16), p.f32_gflops);
}

}  // namespace
}  // namespace pare
