#include "evaluate/host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pare {
namespace {

using testing::ElementsAre;

constexpr const char* kX86 =
    "processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\n"
    "flags\t\t: fpu sse4_2 avx avx2 fma avx512f avx512_vnni avx512_bf16 xavx\n"
    "processor\t: 1\nmodel name\t: Another\nflags\t\t: fpu\n";

TEST(Host, ReadsTheFirstProcessor) {
  EXPECT_EQ(cpu_name(kX86), "Some CPU @ 2.00GHz");
  EXPECT_THAT(cpu_features(kX86),
              ElementsAre("sse4_2", "avx", "fma", "avx2", "avx512f", "avx512_vnni", "avx512_bf16"));
}

TEST(Host, ReadsArmFeatures) {
  EXPECT_THAT(cpu_features("Features\t: fp asimd asimddp i8mm\n"),
              ElementsAre("asimd", "asimddp", "i8mm"));
  EXPECT_TRUE(cpu_features("").empty());
  EXPECT_EQ(cpu_name(""), "");
}

TEST(Host, ReadsQuotas) {
  EXPECT_DOUBLE_EQ(parse_cpu_max("150000 100000\n"), 1.5);
  EXPECT_DOUBLE_EQ(parse_cpu_max("max 100000\n"), 0);
  EXPECT_DOUBLE_EQ(parse_cpu_max(""), 0);
}

TEST(Host, ReadsSystemFiles) {
  EXPECT_EQ(os_name("NAME=\"X\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"),
            "Debian GNU/Linux 12 (bookworm)");
  EXPECT_EQ(meminfo_bytes("MemTotal:       2048 kB\nMemFree: 1 kB\n", "MemTotal"), 2048U * 1024);
  EXPECT_EQ(meminfo_bytes("MemFree: 1 kB\n", "MemTotal"), 0U);
}

TEST(Host, ThisMachineHasCoresMemoryAndAKernel) {
  const HostInfo h = host_info();
  EXPECT_GE(h.logical_cores, 1);
  EXPECT_GE(h.usable_cores, 1);
  EXPECT_LE(h.usable_cores, h.logical_cores);
  EXPECT_GT(h.memory_bytes, 64U << 20U);
  EXPECT_FALSE(h.architecture.empty());
  EXPECT_EQ(h.kernel.rfind("Linux ", 0), 0U);
}

}  // namespace
}  // namespace pare
