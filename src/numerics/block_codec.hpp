#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "numerics/float16.hpp"

// Formats of blocks with scales of their own. A block is a policy B with
//   static constexpr std::size_t kValues, kBytes;
//   static void decode(const std::byte* in, float* out);
//   static void encode(const float* in, std::byte* out);
// on whole blocks.

namespace pare {

/// DtypeInfo::decode and encode by blocks; the last one is cut off, or padded with zeros.
template <class B>
struct BlockCodec {
  using Values = std::array<float, B::kValues>;

  static void decode(std::span<const std::byte> in, std::span<float> out) {
    const std::size_t blocks =
        std::min(in.size() / B::kBytes, (out.size() + B::kValues - 1) / B::kValues);
    for (std::size_t b = 0; b < blocks; ++b) {
      Values values;
      B::decode(in.data() + b * B::kBytes, values.data());
      const std::size_t n = std::min(B::kValues, out.size() - b * B::kValues);
      std::copy_n(values.begin(), n, out.begin() + static_cast<std::ptrdiff_t>(b * B::kValues));
    }
  }
  static void encode(std::span<const float> in, std::span<std::byte> out) {
    const std::size_t blocks = out.size() / B::kBytes;
    for (std::size_t b = 0; b < blocks; ++b) {
      Values values{};
      const std::size_t first = std::min(b * B::kValues, in.size());
      const std::size_t n = std::min(B::kValues, in.size() - first);
      std::copy_n(in.begin() + static_cast<std::ptrdiff_t>(first), n, values.begin());
      B::encode(values.data(), out.data() + b * B::kBytes);
    }
  }
};

/// A scale in half precision at `at`.
[[nodiscard]] inline float read_half(const std::byte* at) noexcept {
  F16 h;
  std::memcpy(&h.bits, at, sizeof h.bits);
  return to_float(h);
}
inline void write_half(float x, std::byte* at) noexcept {
  const F16 h = to_f16(x);
  std::memcpy(at, &h.bits, sizeof h.bits);
}

/// The member of [in, in + n) with the greatest magnitude, sign and all; NaN when one is there.
[[nodiscard]] inline float extreme_of(const float* in, std::size_t n) noexcept {
  float extreme = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (std::isnan(in[i])) return in[i];
    if (std::fabs(in[i]) > std::fabs(extreme)) extreme = in[i];
  }
  return extreme;
}

/// 1 / d, 0 for a scale of zero: such a block is all zeros.
[[nodiscard]] inline float inverse_scale(float d) noexcept { return d != 0 ? 1 / d : 0; }

/// A number of steps as a code, cut off to [0, most]; NaN is 0.
[[nodiscard]] inline unsigned step_code(float x, unsigned most) noexcept {
  if (!(x > 0)) return 0;
  return x >= static_cast<float>(most) ? most : static_cast<unsigned>(x);
}

}  // namespace pare
