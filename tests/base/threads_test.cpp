#include "base/threads.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/error.hpp"

namespace pare {
namespace {

class Threads : public ::testing::Test {
 protected:
  void TearDown() override { set_threads(0); }
};

TEST_F(Threads, EveryIndexIsVisitedOnceForAnyCount) {
  for (const int count : {1, 2, 3, 8}) {
    set_threads(count);
    EXPECT_EQ(threads(), count);
    for (const std::int64_t n : {0, 1, 2, 7, 1000}) {
      for (const std::int64_t grain : {0, 1, 3, 5000}) {
        std::vector<std::atomic<int>> visits(static_cast<std::size_t>(n));
        parallel_for(n, grain, [&](std::int64_t begin, std::int64_t end) {
          ASSERT_LT(begin, end);
          for (std::int64_t i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
        });
        for (const auto& v : visits) ASSERT_EQ(v, 1);
      }
    }
  }
}

TEST_F(Threads, WorkIsSpreadWhenThereIsEnoughOfIt) {
  set_threads(4);
  std::atomic<int> ranges{0};
  parallel_for(400, 1, [&](std::int64_t, std::int64_t) { ++ranges; });
  EXPECT_EQ(ranges, 4);
  ranges = 0;
  parallel_for(400, 200, [&](std::int64_t, std::int64_t) { ++ranges; });
  EXPECT_EQ(ranges, 2);
}

TEST_F(Threads, AnExceptionArrivesAtTheCaller) {
  set_threads(4);
  for (int repeat = 0; repeat < 50; ++repeat) {
    EXPECT_THROW(parallel_for(100, 1,
                              [](std::int64_t begin, std::int64_t) {
                                if (begin > 0) throw Error(Fault::corrupt, "in a thread");
                              }),
                 Error);
  }
  EXPECT_NO_THROW(parallel_for(100, 1, [](std::int64_t, std::int64_t) {}));
}

TEST_F(Threads, NestedCallsCoverTheirRangesToo) {
  set_threads(3);
  std::atomic<int> inner{0};
  parallel_for(6, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      parallel_for(10, 1,
                   [&](std::int64_t b, std::int64_t e) { inner += static_cast<int>(e - b); });
    }
  });
  EXPECT_EQ(inner, 60);
}

TEST_F(Threads, DefaultIsWhatTheProcessMayUse) {
  set_threads(0);
  EXPECT_EQ(threads(), available_cores());
  EXPECT_GE(available_cores(), 1);
  EXPECT_LE(available_cores(), static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace
}  // namespace pare
