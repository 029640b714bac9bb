#include "base/machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pare {
namespace {

using testing::ElementsAre;

constexpr const char* kX86 =
    "processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\n"
    "flags\t\t: fpu sse4_2 avx avx2 fma avx512f avx512_vnni avx512_bf16 xavx\n"
    "processor\t: 1\nmodel name\t: Another\nflags\t\t: fpu\n";

TEST(Machine, ReadsTheFirstProcessor) {
  EXPECT_EQ(cpu_name(kX86), "Some CPU @ 2.00GHz");
  EXPECT_THAT(cpu_features(kX86),
              ElementsAre("sse4_2", "avx", "fma", "avx2", "avx512f", "avx512_vnni", "avx512_bf16"));
}

TEST(Machine, ReadsArmFeatures) {
  EXPECT_THAT(cpu_features("Features\t: fp asimd asimddp i8mm\n"),
              ElementsAre("asimd", "asimddp", "i8mm"));
  EXPECT_TRUE(cpu_features("").empty());
  EXPECT_EQ(cpu_name(""), "");
}

TEST(Machine, IsTheSameTextEachTime) {
  EXPECT_FALSE(machine_text().empty());
  EXPECT_EQ(&machine_text(), &machine_text());
  EXPECT_EQ(machine_text().find('\n'), std::string::npos);
}

}  // namespace
}  // namespace pare
