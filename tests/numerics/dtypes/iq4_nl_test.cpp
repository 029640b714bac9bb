#include "numerics/dtypes/block_oracle.hpp"

namespace pare {
namespace {

// A block put together by the published layout, and some of its elements.
TEST(Iq4Nl, DecodesThePublishedLayout) {
  block_test::expect_elements(
      "iq4_nl", {96, 165, 46, 106, 124, 7, 188, 190, 232, 65, 247, 69, 197, 93, 78, 159, 116, 127},
      {{0, -1.86865234375},
       {2, -1.11279296875},
       {11, -1.44873046875},
       {12, -1.86865234375},
       {14, 1.02880859375},
       {16, 1.74267578125},
       {17, 0.4619140625},
       {20, -0.7978515625},
       {23, 1.02880859375},
       {25, 1.02880859375},
       {26, -1.11279296875},
       {31, 0.2099609375}});
}

TEST(Iq4Nl, KeepsToTheErrorOfItsReference) { block_test::expect_wave_error("iq4_nl", 0.002); }

// The tables are for the extreme value on the first entry; the fitted scale is better.
TEST(Iq4Nl, IsBetterThanTheAccuracyOfTheTables) {
  const DtypeInfo& info = block_test::format("iq4_nl");
  for (const auto& [freedom, table] :
       {std::pair{0, 21.27}, std::pair{8, 20.55}, std::pair{4, 19.52}}) {
    const std::vector<float> x = block_test::samples(freedom, 1);
    EXPECT_GT(block_test::sqnr_db(x, block_test::round_trip(info, x)), table + 0.5) << freedom;
  }
}

TEST(Iq4Nl, ZerosEdgesAndAnyBytes) { block_test::expect_edges("iq4_nl", 4.5); }

}  // namespace
}  // namespace pare
