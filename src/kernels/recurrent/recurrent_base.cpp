#include "kernels/recurrent/recurrent_tables.hpp"

#include "kernels/wide/lanes_base.inc"

#include "kernels/wide/functions.inc"

#include "kernels/recurrent/recurrent_body.inc"

namespace pare {
namespace {

constexpr RecurrentKernels kTable = table("base");

}  // namespace

const RecurrentKernels* recurrent_kernels_base() { return &kTable; }

}  // namespace pare
