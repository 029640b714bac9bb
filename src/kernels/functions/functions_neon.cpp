#include "kernels/functions/functions_tables.hpp"

#include "kernels/wide/lanes_neon.inc"

#include "kernels/wide/functions.inc"

#include "kernels/functions/functions_body.inc"

namespace pare {
namespace {

constexpr FunctionKernels kTable = table("neon");

}  // namespace

const FunctionKernels* function_kernels_neon() { return &kTable; }

}  // namespace pare
