#pragma once

#include "kernels/peaks/peaks.hpp"

namespace pare {

const PeakLoop* peak_f32_base();
const PeakLoop* peak_int8_base();
const PeakLoop* peak_f32_avx2();
const PeakLoop* peak_int8_avx2();
const PeakLoop* peak_f32_avx512();
const PeakLoop* peak_int8_avx512();
const PeakLoop* peak_int8_vnni();
const PeakLoop* peak_bf16_bf16();
const PeakLoop* peak_f32_neon();
const PeakLoop* peak_int8_neon();
const PeakLoop* peak_int8_neon_dot();
ReadLoop read_loop_base();
ReadLoop read_loop_avx2();
ReadLoop read_loop_avx512();
ReadLoop read_loop_neon();

}  // namespace pare
