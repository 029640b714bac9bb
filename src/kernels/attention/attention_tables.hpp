#pragma once

#include "kernels/attention/attention.hpp"

namespace pare {

const AttentionKernels* attention_kernels_base();
const AttentionKernels* attention_kernels_avx2();
const AttentionKernels* attention_kernels_avx512();
const AttentionKernels* attention_kernels_bf16();
const AttentionKernels* attention_kernels_neon();

}  // namespace pare
