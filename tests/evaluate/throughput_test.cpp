#include "evaluate/throughput.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "base/temporary_directory.hpp"

namespace pare {
namespace {

TEST(Throughput, StreamsAreCountedTogetherAndGiveTheSameOutputs) {
  const TemporaryDirectory folder;
  MeasureRequest r;
  r.model = folder.path() / "model";
  std::ofstream(r.model) << "product 64\n";
  const std::vector<ThroughputResult> got =
      measure_throughput(r, "", {{1, 1, 1}, {2, 1, 1}}, 0.05, {});
  ASSERT_EQ(got.size(), 2U);
  for (const ThroughputResult& t : got) {
    EXPECT_GT(t.samples_per_s, 0);
    EXPECT_GT(t.run_ms, 0);
    EXPECT_EQ(t.difference, 0);
  }
  EXPECT_EQ(got[1].setting.streams, 2);
  EXPECT_GT(got[1].memory_bytes, got[0].memory_bytes);
}

TEST(Throughput, ErrorsOfAModelAreThrown) {
  MeasureRequest r;
  r.model = "/no/such/model";
  EXPECT_THROW((void)measure_throughput(r, "", {{1, 1, 1}}, 0.05, {}), Error);
}

}  // namespace
}  // namespace pare
