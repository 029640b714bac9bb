#include "kernels/recurrent/recurrent_tables.hpp"

#include "kernels/wide/lanes_avx2.inc"

#include "kernels/wide/functions.inc"

#include "kernels/recurrent/recurrent_body.inc"

namespace pare {
namespace {

constexpr RecurrentKernels kTable = table("avx2");

}  // namespace

const RecurrentKernels* recurrent_kernels_avx2() { return &kTable; }

}  // namespace pare
