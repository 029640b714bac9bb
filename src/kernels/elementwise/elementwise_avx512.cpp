#include "kernels/elementwise/elementwise_tables.hpp"

#include "kernels/wide/lanes_avx512.inc"

#include "kernels/elementwise/elementwise_body.inc"

namespace pare {
namespace {

constexpr ElementwiseKernels kTable = table("avx512");

}  // namespace

const ElementwiseKernels* elementwise_kernels_avx512() { return &kTable; }

}  // namespace pare
