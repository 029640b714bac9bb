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

constexpr const char* kArm =
    "processor\t: 0\nFeatures\t: fp asimd asimddp\nCPU implementer\t: 0x41\n"
    "CPU architecture: 8\nCPU variant\t: 0x2\nCPU part\t: 0xd05\n\n"
    "processor\t: 1\nCPU implementer\t: 0x41\nCPU part\t: 0xd0b\n\n"
    "processor\t: 2\nCPU implementer\t: 0x41\nCPU part\t: 0xd0b\n\n"
    "Hardware\t: Some board\nModel\t\t: Some computer\n";

TEST(Machine, NamesEachKindOfArmCore) {
  EXPECT_EQ(cpu_name(kArm), "Cortex-A55 + Cortex-A76");
  EXPECT_EQ(cpu_name("CPU implementer : 0x61\nCPU part : 0x023"), "Apple M1 (P)");
}

TEST(Machine, NamesUnknownArmCoresByTheirNumbers) {
  EXPECT_EQ(cpu_name("CPU implementer\t: 0x99\nCPU part\t: 0xd05\n"), "ARM core 0x99:0xd05");
  EXPECT_EQ(cpu_name("CPU part\t: 0xd05\n"), "ARM core :0xd05");
}

TEST(Machine, TakesWhatElseNamesAMachine) {
  EXPECT_EQ(cpu_name("Hardware : Some board\nModel : Some computer\n"), "Some computer");
  EXPECT_EQ(cpu_name("Hardware : Some board\n"), "Some board");
}

TEST(Machine, IsTheSameTextEachTime) {
  EXPECT_FALSE(machine_text().empty());
  EXPECT_EQ(&machine_text(), &machine_text());
  EXPECT_EQ(machine_text().find('\n'), std::string::npos);
}

}  // namespace
}  // namespace pare
