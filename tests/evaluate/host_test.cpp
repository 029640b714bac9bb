#include "evaluate/host.hpp"

#include <gtest/gtest.h>

namespace pare {
namespace {

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
