#include "kernels/norm/norm_tables.hpp"

#include "kernels/wide/lanes_neon.inc"

#include "kernels/wide/functions.inc"

#include "kernels/norm/norm_body.inc"

namespace pare {
namespace {

constexpr NormKernels kTable = table("neon");

}  // namespace

const NormKernels* norm_kernels_neon() { return &kTable; }

}  // namespace pare
