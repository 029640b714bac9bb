#include "kernels/levels/levels_tables.hpp"

#include "kernels/levels/levels_products_dot.inc"

#include "kernels/levels/levels_neon.inc"

namespace pare {
namespace {

// 5 x 4 sums, 5 rows of codes and a vector of weights: 26 of 32 registers.
constexpr LevelTileFn kWide[][kMostTileRows] = {{wide<1>, wide<2>, wide<3>, wide<4>, wide<5>}};
constexpr LevelKernels kTable = {"neon_dot", 5, 1, true, nullptr, kWide, true};

}  // namespace

const LevelKernels* level_kernels_neon_dot() { return &kTable; }

}  // namespace pare
