#include "formats/gguf/choose.hpp"

#include <gtest/gtest.h>

#include <map>

#include "formats/gguf/types.hpp"

namespace pare::gguf {
namespace {

TEST(GgufChoose, MatricesAreWhatIsMultipliedWith) {
  for (const char* yes : {"token_embd.weight", "output.weight", "blk.3.attn_q.weight",
                          "blk.3.ffn_down_exps.weight", "blk.0.ffn_gate.weight"}) {
    EXPECT_TRUE(is_matrix(yes, {4, 32})) << yes;
  }
  EXPECT_TRUE(is_matrix("blk.0.ffn_up_exps.weight", {2, 4, 32}));
  EXPECT_FALSE(is_matrix("blk.0.ffn_up.weight", {32}));
  for (const char* no : {"blk.0.attn_q.bias", "blk.0.attn_norm.weight", "output_norm.weight",
                         "blk.0.ffn_gate_inp.weight", "position_embd.weight", "token_types.weight",
                         "blk.0.ssm_conv1d.weight", "blk.0.attn_q.scale"}) {
    EXPECT_FALSE(is_matrix(no, {4, 32})) << no;
  }
}

TEST(GgufChoose, SmallerBlocksTakeRowsThatAreNotWhole) {
  // wanted -> what rows of 288 = 9 * 32 values get.
  const std::map<std::string, std::string> want = {
      {"Q2_K", "Q4_0"}, {"Q3_K", "Q4_0"},     {"Q4_K", "Q5_0"},     {"Q5_K", "Q5_1"},
      {"Q6_K", "Q8_0"}, {"IQ4_XS", "IQ4_NL"}, {"TQ1_0", "Q4_0"},    {"TQ2_0", "Q4_0"},
      {"Q4_0", "Q4_0"}, {"Q8_0", "Q8_0"},     {"IQ4_NL", "IQ4_NL"}, {"BF16", "BF16"}};
  for (const auto& [wanted, got] : want) {
    EXPECT_EQ(fitting(*find_type(wanted), 288).name, got);
    EXPECT_EQ(fitting(*find_type(wanted), 512).name, wanted);
    if (find_type(wanted)->values > 1) {
      EXPECT_EQ(fitting(*find_type(wanted), 100).name, "F16");
    }
  }
}

TEST(GgufChoose, NumbersOfFiles) {
  EXPECT_EQ(file_type(*find_type("F32")), 0U);
  EXPECT_EQ(file_type(*find_type("Q4_0")), 2U);
  EXPECT_EQ(file_type(*find_type("Q4_K")), 14U);
  EXPECT_EQ(file_type(*find_type("Q6_K")), 18U);
  EXPECT_EQ(file_type(*find_type("TQ2_0")), 37U);
  EXPECT_EQ(file_type(*find_type("I8")), std::nullopt);
}

}  // namespace
}  // namespace pare::gguf
