#pragma once

#include <span>

#include "runtime/kernel.hpp"

namespace pare {

/// The families of kernel_table(), each in order of preference.
std::span<const KernelRow> chain_rows();
std::span<const KernelRow> view_rows();
std::span<const KernelRow> binary_rows();
std::span<const KernelRow> cast_rows();
std::span<const KernelRow> dynamic_rows();
std::span<const KernelRow> dynamic_product_rows();
std::span<const KernelRow> move_rows();
std::span<const KernelRow> gather_rows();
std::span<const KernelRow> int8_rows();
std::span<const KernelRow> winograd_rows();
std::span<const KernelRow> normal_int8_rows();
std::span<const KernelRow> depthwise_rows();
std::span<const KernelRow> window8_rows();
std::span<const KernelRow> conv_rows();
std::span<const KernelRow> deconv_rows();
std::span<const KernelRow> backward_rows();
std::span<const KernelRow> pool_rows();
std::span<const KernelRow> resize_rows();
std::span<const KernelRow> matmul_rows();
std::span<const KernelRow> packed_rows();
std::span<const KernelRow> sparse_rows();
std::span<const KernelRow> extreme_rows();
std::span<const KernelRow> choose_rows();
std::span<const KernelRow> attention_rows();
std::span<const KernelRow> function_rows();
std::span<const KernelRow> norm_rows();
std::span<const KernelRow> recurrent_rows();
std::span<const KernelRow> eltwise_rows();
std::span<const KernelRow> fake_quantize_rows();

}  // namespace pare
