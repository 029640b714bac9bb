#include "formats/gguf/types.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "base/error.hpp"

namespace pare::gguf {
namespace {

using testing::HasSubstr;

// Fields of the blocks in order, as published: half = 2 bytes.
TEST(GgufTypes, BlocksHaveTheSizeOfTheirFields) {
  const std::map<std::string, std::pair<std::size_t, std::size_t>> want = {
      {"F32", {1, 4}},
      {"F16", {1, 2}},
      {"BF16", {1, 2}},
      {"F64", {1, 8}},
      {"I8", {1, 1}},
      {"I16", {1, 2}},
      {"I32", {1, 4}},
      {"I64", {1, 8}},
      {"Q4_0", {32, 2 + 16}},
      {"Q4_1", {32, 2 + 2 + 16}},
      {"Q5_0", {32, 2 + 4 + 16}},
      {"Q5_1", {32, 2 + 2 + 4 + 16}},
      {"Q8_0", {32, 2 + 32}},
      {"Q8_1", {32, 2 + 2 + 32}},
      {"Q2_K", {256, 16 + 64 + 2 + 2}},
      {"Q3_K", {256, 32 + 64 + 12 + 2}},
      {"Q4_K", {256, 2 + 2 + 12 + 128}},
      {"Q5_K", {256, 2 + 2 + 12 + 32 + 128}},
      {"Q6_K", {256, 128 + 64 + 16 + 2}},
      {"Q8_K", {256, 4 + 256 + 2 * 16}},
      {"TQ1_0", {256, 48 + 4 + 2}},
      {"TQ2_0", {256, 64 + 2}},
      {"IQ4_NL", {32, 2 + 16}},
      {"IQ4_XS", {256, 2 + 2 + 4 + 128}},
      {"IQ2_XXS", {256, 2 + 2 * 32}},
      {"IQ2_XS", {256, 2 + 2 * 32 + 8}},
      {"IQ2_S", {256, 2 + 64 + 8 + 8}},
      {"IQ3_XXS", {256, 2 + 96}},
      {"IQ3_S", {256, 2 + 64 + 8 + 32 + 4}},
      {"IQ1_S", {256, 2 + 32 + 2 * 8}},
      {"IQ1_M", {256, 32 + 16 + 8}},
      {"MXFP4", {32, 1 + 16}},
      {"NVFP4", {64, 4 + 32}},
      {"Q1_0", {128, 2 + 16}},
      {"Q2_0", {64, 2 + 16}},
  };
  EXPECT_EQ(all_types().size(), want.size());
  for (const StoredType& t : all_types()) {
    const auto at = want.find(std::string(t.name));
    ASSERT_NE(at, want.end()) << t.name;
    EXPECT_EQ(t.values, at->second.first) << t.name;
    EXPECT_EQ(t.bytes, at->second.second) << t.name;
    if (!t.dtype.valid()) continue;
    EXPECT_EQ(t.dtype.info().values, t.values) << t.name;
    EXPECT_EQ(t.dtype.info().bytes, t.bytes) << t.name;
  }
}

TEST(GgufTypes, AreFoundByTheNumberOfGgml) {
  const std::map<std::uint32_t, std::string> want = {
      {0, "F32"},     {1, "F16"},      {2, "Q4_0"},   {3, "Q4_1"},    {6, "Q5_0"},
      {7, "Q5_1"},    {8, "Q8_0"},     {9, "Q8_1"},   {10, "Q2_K"},   {11, "Q3_K"},
      {12, "Q4_K"},   {13, "Q5_K"},    {14, "Q6_K"},  {15, "Q8_K"},   {16, "IQ2_XXS"},
      {17, "IQ2_XS"}, {18, "IQ3_XXS"}, {19, "IQ1_S"}, {20, "IQ4_NL"}, {21, "IQ3_S"},
      {22, "IQ2_S"},  {23, "IQ4_XS"},  {24, "I8"},    {25, "I16"},    {26, "I32"},
      {27, "I64"},    {28, "F64"},     {29, "IQ1_M"}, {30, "BF16"},   {34, "TQ1_0"},
      {35, "TQ2_0"},  {39, "MXFP4"},   {40, "NVFP4"}, {41, "Q1_0"},   {42, "Q2_0"}};
  for (std::uint32_t id = 0; id < 60; ++id) {
    const auto at = want.find(id);
    if (at == want.end()) {
      EXPECT_THROW(static_cast<void>(type_of(id)), Error) << id;
    } else {
      EXPECT_EQ(type_of(id).name, at->second);
    }
  }
}

TEST(GgufTypes, RemovedOnesAreNamed) {
  try {
    static_cast<void>(type_of(31));
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::unsupported);
    EXPECT_THAT(e.what(), HasSubstr("Q4_0_4_4 (number 31), which ggml has removed"));
  }
  try {
    static_cast<void>(type_of(4000000000U));
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::unsupported);
    EXPECT_THAT(e.what(), HasSubstr("type number 4000000000"));
  }
}

TEST(GgufTypes, AreFoundByNameInAnyCase) {
  EXPECT_EQ(find_type("q4_K")->id, 12U);
  EXPECT_EQ(find_type("IQ4_NL")->dtype, dtype_by_name("iq4_nl_b32"));
  EXPECT_EQ(find_type("q9_9"), nullptr);
}

}  // namespace
}  // namespace pare::gguf
