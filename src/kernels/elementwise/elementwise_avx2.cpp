#include "kernels/elementwise/elementwise_tables.hpp"

#include "kernels/wide/lanes_avx2.inc"

#include "kernels/elementwise/elementwise_body.inc"

namespace pare {
namespace {

constexpr ElementwiseKernels kTable = table("avx2");

}  // namespace

const ElementwiseKernels* elementwise_kernels_avx2() { return &kTable; }

}  // namespace pare
