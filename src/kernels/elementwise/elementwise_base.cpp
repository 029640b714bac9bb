#include "kernels/elementwise/elementwise_tables.hpp"

#include "kernels/wide/lanes_base.inc"

#include "kernels/elementwise/elementwise_body.inc"

namespace pare {
namespace {

constexpr ElementwiseKernels kTable = table("base");

}  // namespace

const ElementwiseKernels* elementwise_kernels_base() { return &kTable; }

}  // namespace pare
