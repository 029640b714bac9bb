#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "numerics/element_codec.hpp"
#include "numerics/float16.hpp"

namespace pare {

/// DtypeInfo::decode of float, double, F16 and BF16.
template <class T>
void decode_floats(std::span<const std::byte> in, std::span<float> out) {
  const std::size_t n = std::min(in.size() / sizeof(T), out.size());
  for (std::size_t i = 0; i < n; ++i) {
    T value;
    std::memcpy(&value, in.data() + i * sizeof(T), sizeof(T));
    if constexpr (std::is_floating_point_v<T>) {
      out[i] = static_cast<float>(value);
    } else {
      out[i] = to_float(value);
    }
  }
}

/// DtypeInfo::encode of float, double, F16 and BF16 (overflow gives infinity, NaN stays NaN).
template <class T>
void encode_floats(std::span<const float> in, std::span<std::byte> out) {
  const std::size_t n = std::min(in.size(), out.size() / sizeof(T));
  for (std::size_t i = 0; i < n; ++i) {
    T value;
    if constexpr (std::is_same_v<T, F16>) {
      value = to_f16(in[i]);
    } else if constexpr (std::is_same_v<T, BF16>) {
      value = to_bf16(in[i]);
    } else {
      value = static_cast<T>(in[i]);
    }
    std::memcpy(out.data() + i * sizeof(T), &value, sizeof(T));
  }
}

/// F16 or BF16 by their bits, for ElementCodec.
template <class T>
struct HalfFloat {
  static float value(std::uint32_t code) noexcept {
    return to_float(T{static_cast<std::uint16_t>(code)});
  }
  static std::uint32_t code(float x) noexcept {
    if constexpr (std::is_same_v<T, F16>) {
      return to_f16(x).bits;
    } else {
      return to_bf16(x).bits;
    }
  }
  static std::uint32_t code_stochastic(float x, float u) noexcept {
    return neighbour_code<HalfFloat>(x, u, 0x8000U);
  }
};

inline void decode_booleans(std::span<const std::byte> in, std::span<float> out) {
  const std::size_t n = std::min(in.size(), out.size());
  for (std::size_t i = 0; i < n; ++i) out[i] = in[i] == std::byte{0} ? 0.0F : 1.0F;
}

/// NaN counts as true, as in C and ONNX Cast.
inline void encode_booleans(std::span<const float> in, std::span<std::byte> out) {
  const std::size_t n = std::min(in.size(), out.size());
  for (std::size_t i = 0; i < n; ++i) out[i] = in[i] == 0.0F ? std::byte{0} : std::byte{1};
}

}  // namespace pare
