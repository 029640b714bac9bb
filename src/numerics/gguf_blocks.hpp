#pragma once

#include "numerics/block_codec.hpp"

// The blocks of 32 of GGUF files: a scale in half precision, with `kMinimum` a least value too,
// then codes: byte j of the nibbles holds elements j (low) and j + 16 (high). With 5 bits a word
// before the nibbles holds the fifth bit of element e in bit e. Source: ggml, ggml-common.h.

namespace pare {

template <unsigned kBits, bool kMinimum>
struct NibbleBlock {
  static constexpr std::size_t kValues = 32;
  static constexpr std::size_t kHead = kMinimum ? 4 : 2;
  static constexpr std::size_t kHigh = kBits == 5 ? 4 : 0;
  static constexpr std::size_t kBytes = kHead + kHigh + 16;
  static constexpr unsigned kMost = (1U << kBits) - 1;
  static constexpr float kZero = kMinimum ? 0 : static_cast<float>(1U << (kBits - 1));

  static void decode(const std::byte* in, float* out) {
    const float d = read_half(in);
    const float m = kMinimum ? read_half(in + 2) : 0;
    const std::byte* nibbles = in + kHead + kHigh;
    std::uint32_t high = 0;
    if constexpr (kHigh != 0) std::memcpy(&high, in + kHead, sizeof high);
    for (std::size_t e = 0; e < kValues; ++e) {
      const auto byte = std::to_integer<unsigned>(nibbles[e % 16]);
      const unsigned code = (byte >> (e < 16 ? 0 : 4) & 15U) | (high >> e & 1U) << 4;
      out[e] = (static_cast<float>(code) - kZero) * d + m;
    }
  }

  static void encode(const float* in, std::byte* out) {
    float d = 0;
    float m = 0;
    if constexpr (kMinimum) {
      const auto [low, high] = std::minmax_element(in, in + kValues);
      m = *low;
      d = (*high - *low) / static_cast<float>(kMost);
    } else {
      d = extreme_of(in, kValues) /
          -kZero;  // the extreme one is exact, on the side with more codes
    }
    write_half(d, out);
    if constexpr (kMinimum) write_half(m, out + 2);
    const float inverse = inverse_scale(d);
    std::uint32_t high = 0;
    std::array<unsigned, 16> bytes{};
    for (std::size_t e = 0; e < kValues; ++e) {
      const unsigned code = step_code((in[e] - m) * inverse + kZero + 0.5F, kMost);
      bytes[e % 16] |= (code & 15U) << (e < 16 ? 0 : 4);
      high |= (code >> 4) << e;
    }
    if constexpr (kHigh != 0) std::memcpy(out + kHead, &high, sizeof high);
    for (std::size_t j = 0; j < 16; ++j) {
      out[kHead + kHigh + j] = static_cast<std::byte>(bytes[j]);
    }
  }
};

/// 32 signed bytes behind a scale.
struct ByteBlock {
  static constexpr std::size_t kValues = 32;
  static constexpr std::size_t kBytes = 34;

  static void decode(const std::byte* in, float* out) {
    const float d = read_half(in);
    for (std::size_t e = 0; e < kValues; ++e) {
      out[e] = d * static_cast<float>(static_cast<std::int8_t>(in[2 + e]));
    }
  }
  static void encode(const float* in, std::byte* out) {
    const float d = std::fabs(extreme_of(in, kValues)) / 127;
    write_half(d, out);
    const float inverse = inverse_scale(d);
    for (std::size_t e = 0; e < kValues; ++e) {
      const float steps = std::round(in[e] * inverse);  // half away from zero
      const float inside = std::isnan(steps) ? 0 : std::clamp(steps, -127.0F, 127.0F);
      out[2 + e] = static_cast<std::byte>(static_cast<std::int8_t>(inside));
    }
  }
};

/// 256 values of -1, 0, 1 times a scale, two bits each: byte 32 g + m holds elements
/// 128 g + 32 n + m in bits 2 n; the scale comes last.
struct TwoBitTernaryBlock {
  static constexpr std::size_t kValues = 256;
  static constexpr std::size_t kBytes = 66;

  static void decode(const std::byte* in, float* out) {
    const float d = read_half(in + 64);
    for (std::size_t e = 0; e < kValues; ++e) {
      const auto byte = std::to_integer<unsigned>(in[e / 128 * 32 + e % 32]);
      out[e] = (static_cast<float>(byte >> (e % 128 / 32 * 2) & 3U) - 1) * d;
    }
  }
  static void encode(const float* in, std::byte* out) {
    const float d = std::fabs(extreme_of(in, kValues));
    const float inverse = inverse_scale(d);
    std::array<unsigned, 64> bytes{};
    for (std::size_t e = 0; e < kValues; ++e) {
      const unsigned code = step_code(std::round(in[e] * inverse) + 1, 2);
      bytes[e / 128 * 32 + e % 32] |= code << (e % 128 / 32 * 2);
    }
    for (std::size_t j = 0; j < 64; ++j) out[j] = static_cast<std::byte>(bytes[j]);
    write_half(d, out + 64);
  }
};

/// 256 values of -1, 0, 1 times a scale, five to a byte: the digits t0 (most significant) to t4 of
/// a number v to base 3 are stored as v * 256 / 243, rounded up, so that multiplying by powers of 3
/// brings each to the top. Bytes 0 to 31: elements m + 32 n; 32 to 47: 160 + m + 16 n; 48 to 51:
/// four elements 240 + j + 4 n; the scale comes last.
struct Base3TernaryBlock {
  static constexpr std::size_t kValues = 256;
  static constexpr std::size_t kBytes = 54;

  /// Byte and digit of an element.
  static std::pair<std::size_t, unsigned> place(std::size_t e) noexcept {
    if (e < 160) return {e % 32, static_cast<unsigned>(e / 32)};
    if (e < 240) return {32 + (e - 160) % 16, static_cast<unsigned>((e - 160) / 16)};
    return {48 + (e - 240) % 4, static_cast<unsigned>((e - 240) / 4)};
  }
  static void decode(const std::byte* in, float* out) {
    constexpr std::array<unsigned, 5> kPowers = {1, 3, 9, 27, 81};
    const float d = read_half(in + 52);
    for (std::size_t e = 0; e < kValues; ++e) {
      const auto [byte, digit] = place(e);
      const unsigned top = std::to_integer<unsigned>(in[byte]) * kPowers[digit] & 255U;
      out[e] = (static_cast<float>(top * 3 >> 8) - 1) * d;
    }
  }
  static void encode(const float* in, std::byte* out) {
    constexpr std::array<unsigned, 5> kPowers = {81, 27, 9, 3, 1};
    const float d = std::fabs(extreme_of(in, kValues));
    const float inverse = inverse_scale(d);
    std::array<unsigned, 52> numbers{};
    for (std::size_t e = 0; e < kValues; ++e) {
      const auto [byte, digit] = place(e);
      numbers[byte] += step_code(std::round(in[e] * inverse) + 1, 2) * kPowers[digit];
    }
    for (std::size_t j = 0; j < 52; ++j) {
      out[j] = static_cast<std::byte>((numbers[j] * 256 + 242) / 243);
    }
    write_half(d, out + 52);
  }
};

/// Half a byte each into a code book, in the order of NibbleBlock.
template <class Code>
struct TableBlock {
  static constexpr std::size_t kValues = 32;
  static constexpr std::size_t kBytes = 18;

  static void decode(const std::byte* in, float* out) {
    const float d = read_half(in);
    for (std::size_t e = 0; e < kValues; ++e) {
      const auto byte = std::to_integer<unsigned>(in[2 + e % 16]);
      out[e] = d * Code::value(byte >> (e < 16 ? 0 : 4) & 15U);
    }
  }
  /// The extreme value lies on the first entry; then the scale that fits the codes best, errors
  /// weighed by the squares of the values.
  static void encode(const float* in, std::byte* out) {
    const float first = extreme_of(in, kValues) / Code::value(0);
    const float inverse = inverse_scale(first);
    double products = 0;
    double squares = 0;
    for (std::size_t e = 0; e < kValues; ++e) {
      const double x = in[e];
      const double q = Code::value(Code::code(in[e] * inverse));
      products += x * x * x * q;
      squares += x * x * q * q;
    }
    const float d = squares > 0 ? static_cast<float>(products / squares) : first;
    write_half(d, out);
    const float fitted = inverse_scale(d);
    std::array<unsigned, 16> bytes{};
    for (std::size_t e = 0; e < kValues; ++e) {
      bytes[e % 16] |= Code::code(in[e] * fitted) << (e < 16 ? 0 : 4);
    }
    for (std::size_t j = 0; j < 16; ++j) out[2 + j] = static_cast<std::byte>(bytes[j]);
  }
};

}  // namespace pare
