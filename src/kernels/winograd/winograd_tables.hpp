#pragma once

#include "kernels/winograd/winograd.hpp"

namespace pare {

const WinogradKernels* winograd_kernels_base();
const WinogradKernels* winograd_kernels_avx2();
const WinogradKernels* winograd_kernels_avx512();
const WinogradKernels* winograd_kernels_neon();

/// The points of tiles of side 4 are 0, +-a, +-b and infinity. These two have the least error of
/// those tried (docs/decisions/winograd.md), and all their powers are floats.
inline constexpr double kWinogradA = 11.0 / 16;
inline constexpr double kWinogradB = 3.0 / 2;

}  // namespace pare
