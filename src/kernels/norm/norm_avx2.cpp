#include "kernels/norm/norm_tables.hpp"

#include "kernels/wide/lanes_avx2.inc"

#include "kernels/wide/functions.inc"

#include "kernels/norm/norm_body.inc"

namespace pare {
namespace {

constexpr NormKernels kTable = table("avx2");

}  // namespace

const NormKernels* norm_kernels_avx2() { return &kTable; }

}  // namespace pare
