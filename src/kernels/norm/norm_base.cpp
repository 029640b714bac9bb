#include "kernels/norm/norm_tables.hpp"

#include "kernels/wide/lanes_base.inc"

#include "kernels/wide/functions.inc"

#include "kernels/norm/norm_body.inc"

namespace pare {
namespace {

constexpr NormKernels kTable = table("base");

}  // namespace

const NormKernels* norm_kernels_base() { return &kTable; }

}  // namespace pare
