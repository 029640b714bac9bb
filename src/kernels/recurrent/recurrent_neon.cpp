#include "kernels/recurrent/recurrent_tables.hpp"

#include "kernels/wide/lanes_neon.inc"

#include "kernels/wide/functions.inc"

#include "kernels/recurrent/recurrent_body.inc"

namespace pare {
namespace {

constexpr RecurrentKernels kTable = table("neon");

}  // namespace

const RecurrentKernels* recurrent_kernels_neon() { return &kTable; }

}  // namespace pare
