#include "kernels/cpu.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>

#include "kernels/dots/dots.hpp"
#include "kernels/levels/levels.hpp"
#include "kernels/norm/norm.hpp"
#include "kernels/window8/window8.hpp"

namespace pare {
namespace {

TEST(Cpu, WhatImpliesMoreIsNotThereWithoutIt) {
  EXPECT_LE(cpu::has_avx512_vnni(), cpu::has_avx512());
  EXPECT_LE(cpu::has_avx512_bf16(), cpu::has_avx512());
  EXPECT_LE(cpu::has_avx512_vbmi(), cpu::has_avx512());
  EXPECT_LE(cpu::has_neon_i8mm(), cpu::has_neon_dot());
}

TEST(Cpu, PlainRowsAreLast) {
  EXPECT_EQ(norm_kernels().back()->isa, "base");
  EXPECT_EQ(dot_kernels().back()->isa, "base");
  EXPECT_EQ(window_kernels().back()->isa, "base");
}

#if defined(__aarch64__) && defined(__linux__)

/// The four bits from `place` on of a register that Linux lets programs read.
unsigned field(std::uint64_t id_register, unsigned place) {
  return static_cast<unsigned>(id_register >> place) & 15U;
}

TEST(Cpu, ReadsArmFeaturesAsTheIdentificationRegistersHaveThem) {
  std::uint64_t isar0 = 0;
  std::uint64_t isar1 = 0;
  __asm__("mrs %0, ID_AA64ISAR0_EL1" : "=r"(isar0));
  __asm__("mrs %0, ID_AA64ISAR1_EL1" : "=r"(isar1));
  EXPECT_EQ(cpu::has_neon_dot(), field(isar0, 44) != 0);
  EXPECT_EQ(cpu::has_neon_i8mm(), field(isar0, 44) != 0 && field(isar1, 52) != 0);
  EXPECT_FALSE(cpu::has_avx2() || cpu::has_avx512());
}

TEST(Cpu, ArmTakesTheBestRowThatItHas) {
  const std::string_view bytes = cpu::has_neon_dot() ? "neon_dot" : "neon";
  const std::string_view matrices = cpu::has_neon_i8mm() ? "neon_i8mm" : bytes;
  EXPECT_EQ(norm_kernels().front()->isa, "neon");
  EXPECT_EQ(window_kernels().front()->isa, bytes);
  EXPECT_EQ(dot_kernels().front()->isa, matrices);
  EXPECT_EQ(level_kernels().front()->isa, matrices);
}

#else

TEST(Cpu, OtherMachinesHaveNoArmFeatures) {
  EXPECT_FALSE(cpu::has_neon_dot());
  EXPECT_FALSE(cpu::has_neon_i8mm());
}

#endif

}  // namespace
}  // namespace pare
