#include "kernels/functions/functions_tables.hpp"

#include "kernels/wide/lanes_avx512.inc"

#include "kernels/wide/functions.inc"

#include "kernels/functions/functions_body.inc"

namespace pare {
namespace {

constexpr FunctionKernels kTable = table("avx512");

}  // namespace

const FunctionKernels* function_kernels_avx512() { return &kTable; }

}  // namespace pare
