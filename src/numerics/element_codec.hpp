#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/rng.hpp"

namespace pare {

/// The functions of a DtypeInfo, put together from two parts:
///   Code    what one value becomes: value(code), code(x), code(x, 32 random bits);
///   Layout  where codes lie: decode(in, out, value) and encode(in, out, code), which calls
///           code(x) once for each value, in order.
template <class Code, class Layout>
struct ElementCodec {
  static void decode(std::span<const std::byte> in, std::span<float> out) {
    Layout::decode(in, out, [](auto code) { return Code::value(code); });
  }
  static void encode(std::span<const float> in, std::span<std::byte> out) {
    Layout::encode(in, out, [](float x) { return Code::code(x); });
  }
  static void encode_stochastic(std::span<const float> in, std::span<std::byte> out,
                                std::uint64_t seed, std::uint64_t first) {
    const Rng rng(seed);
    std::uint64_t counter = first;
    Layout::encode(in, out, [&](float x) { return Code::code(x, rng.block(counter++)[0]); });
  }
};

/// One code in each T (little-endian, as the processors that this is written for).
template <class T>
struct Words {
  template <class Value>
  static void decode(std::span<const std::byte> in, std::span<float> out, Value value) {
    const std::size_t n = std::min(in.size() / sizeof(T), out.size());
    for (std::size_t i = 0; i < n; ++i) {
      T code;
      std::memcpy(&code, in.data() + i * sizeof(T), sizeof(T));
      out[i] = value(code);
    }
  }
  template <class Code>
  static void encode(std::span<const float> in, std::span<std::byte> out, Code code) {
    const std::size_t n = std::min(in.size(), out.size() / sizeof(T));
    for (std::size_t i = 0; i < n; ++i) {
      const auto word = static_cast<T>(code(in[i]));
      std::memcpy(out.data() + i * sizeof(T), &word, sizeof(T));
    }
  }
};

/// Codes of kBits bits one after the other, each in the lowest bits that are free (as ONNX packs
/// types below a byte): the fewest bytes that hold a whole number of codes form a block.
template <unsigned kBits>
struct BitStream {
  static constexpr std::size_t kValues = 8U >> std::countr_zero(kBits | 8U);
  static constexpr std::size_t kBytes = kValues * kBits / 8;
  static constexpr std::uint32_t kMask = (1U << kBits) - 1U;
  static_assert(kBits > 0 && kBits <= 8 && kBytes <= 8);

  template <class Value>
  static void decode(std::span<const std::byte> in, std::span<float> out, Value value) {
    const std::size_t n = std::min(out.size(), in.size() / kBytes * kValues);
    for (std::size_t first = 0; first < n; first += kValues) {
      std::uint64_t packed = 0;
      std::memcpy(&packed, in.data() + first / kValues * kBytes, kBytes);
      const std::size_t last = std::min(first + kValues, n);
      for (std::size_t i = first; i < last; ++i, packed >>= kBits) {
        out[i] = value(static_cast<std::uint32_t>(packed) & kMask);
      }
    }
  }

  /// Unused bits of the last block are zero.
  template <class Code>
  static void encode(std::span<const float> in, std::span<std::byte> out, Code code) {
    for (std::size_t block = 0; block < out.size() / kBytes; ++block) {
      std::uint64_t packed = 0;
      const std::size_t first = block * kValues;
      const std::size_t last = std::min(first + kValues, in.size());
      for (std::size_t i = first; i < last; ++i) {
        packed |= std::uint64_t{code(in[i]) & kMask} << ((i - first) * kBits);
      }
      std::memcpy(out.data() + block * kBytes, &packed, kBytes);
    }
  }
};

/// Codes below kBase as digits of one 64-bit number, as many as fit in any case; the first is the
/// least significant. Unused digits of the last word are zero.
template <unsigned kBase>
struct DigitWords {
  static constexpr std::size_t kValues = [] {
    std::size_t digits = 0;
    for (std::uint64_t left = UINT64_MAX; left >= kBase - 1; left = (left - (kBase - 1)) / kBase) {
      ++digits;
    }
    return digits;
  }();
  static constexpr std::size_t kBytes = 8;

  template <class Value>
  static void decode(std::span<const std::byte> in, std::span<float> out, Value value) {
    const std::size_t n = std::min(out.size(), in.size() / kBytes * kValues);
    for (std::size_t first = 0; first < n; first += kValues) {
      std::uint64_t word = 0;
      std::memcpy(&word, in.data() + first / kValues * kBytes, kBytes);
      const std::size_t last = std::min(first + kValues, n);
      for (std::size_t i = first; i < last; ++i, word /= kBase) {
        out[i] = value(static_cast<std::uint32_t>(word % kBase));
      }
    }
  }
  template <class Code>
  static void encode(std::span<const float> in, std::span<std::byte> out, Code code) {
    for (std::size_t block = 0; block < out.size() / kBytes; ++block) {
      std::uint64_t word = 0;
      std::uint64_t weight = 1;
      const std::size_t first = block * kValues;
      const std::size_t last = std::min(first + kValues, in.size());
      for (std::size_t i = first; i < last; ++i, weight *= kBase) word += code(in[i]) * weight;
      std::memcpy(out.data() + block * kBytes, &word, kBytes);
    }
  }
};

/// Five codes 0..2 in a byte: with v = the base-3 number whose most significant digit is the first
/// code, the byte is ceil(256 v / 243). Then digit n is the integer part of 3 * (byte * 3^n mod
/// 256) / 256: no division. Every byte decodes. Source: ggml (TQ1_0).
struct TritBytes {
  static constexpr std::size_t kValues = 5;
  static constexpr std::size_t kBytes = 1;

  template <class Value>
  static void decode(std::span<const std::byte> in, std::span<float> out, Value value) {
    const std::size_t n = std::min(out.size(), in.size() * kValues);
    for (std::size_t first = 0; first < n; first += kValues) {
      auto left = std::to_integer<std::uint32_t>(in[first / kValues]);
      const std::size_t last = std::min(first + kValues, n);
      for (std::size_t i = first; i < last; ++i) {
        left = (left & 0xFFU) * 3;
        out[i] = value(left >> 8);
      }
    }
  }
  template <class Code>
  static void encode(std::span<const float> in, std::span<std::byte> out, Code code) {
    for (std::size_t byte = 0; byte < out.size(); ++byte) {
      std::uint32_t number = 0;
      for (std::size_t i = byte * kValues; i < (byte + 1) * kValues; ++i) {
        number = number * 3 + (i < in.size() ? static_cast<std::uint32_t>(code(in[i])) : 0U);
      }
      out[byte] = static_cast<std::byte>((number * 256 + 242) / 243);
    }
  }
};

}  // namespace pare
