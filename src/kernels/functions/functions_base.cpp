#include "kernels/functions/functions_tables.hpp"

#include "kernels/wide/lanes_base.inc"

#include "kernels/wide/functions.inc"

#include "kernels/functions/functions_body.inc"

namespace pare {
namespace {

constexpr FunctionKernels kTable = table("base");

}  // namespace

const FunctionKernels* function_kernels_base() { return &kTable; }

}  // namespace pare
