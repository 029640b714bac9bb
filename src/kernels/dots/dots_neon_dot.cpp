#include "kernels/dots/dots_tables.hpp"

#include "kernels/dots/dots_products_dot.inc"

#include "kernels/dots/dots_neon.inc"

namespace pare {
namespace {

// 4 x 4 sums, 4 rows of codes, halves of weights: 24 to 26 of 32 registers.
constexpr DotFn kRun[2][kMostDotRows] = {{tile<4, 1>, tile<4, 2>, tile<4, 3>, tile<4, 4>},
                                         {tile<8, 1>, tile<8, 2>, tile<8, 3>, tile<8, 4>}};
constexpr DotKernels kTable = {"neon_dot", 4, kRun, quantize};

}  // namespace

const DotKernels* dot_kernels_neon_dot() { return &kTable; }

}  // namespace pare
