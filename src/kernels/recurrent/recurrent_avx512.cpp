#include "kernels/recurrent/recurrent_tables.hpp"

#include "kernels/wide/lanes_avx512.inc"

#include "kernels/wide/functions.inc"

#include "kernels/recurrent/recurrent_body.inc"

namespace pare {
namespace {

constexpr RecurrentKernels kTable = table("avx512");

}  // namespace

const RecurrentKernels* recurrent_kernels_avx512() { return &kTable; }

}  // namespace pare
