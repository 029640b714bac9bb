#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/rng.hpp"
#include "numerics/minifloat.hpp"

// Formats whose values are codes of their own, side by side. A format is a policy F with
//   static float value(std::uint32_t code);
//   static std::uint32_t code(float x);                     nearest
//   static std::uint32_t code_stochastic(float x, float u); one of both neighbours; u in [0, 1)
// and a packing that lays kValues codes into a word of kBytes bytes, least significant byte first.

namespace pare {

/// Codes of kBits bits one behind the other, the first in the low bits: as many as fill whole
/// bytes.
template <unsigned kBits>
struct BitPacking {
  static constexpr std::size_t kValues = kBits >= 8       ? 1
                                         : 8 % kBits == 0 ? 8 / kBits
                                         : kBits % 2 == 0 ? 4
                                                          : 8;
  static constexpr std::size_t kBytes = kValues * kBits / 8;
  static_assert(kBytes * 8 == kValues * kBits && kBytes <= 8);

  static void unpack(std::uint64_t word, std::array<std::uint32_t, kValues>& codes) noexcept {
    constexpr std::uint64_t kMask = (std::uint64_t{1} << kBits) - 1;
    for (std::uint32_t& c : codes) {
      c = static_cast<std::uint32_t>(word & kMask);
      word >>= kBits;
    }
  }
  static std::uint64_t pack(const std::array<std::uint32_t, kValues>& codes) noexcept {
    std::uint64_t word = 0;
    for (std::size_t i = kValues; i-- > 0;) word = word << kBits | codes[i];
    return word;
  }
};

/// Codes as digits of a number to base kBase, the first the least significant: as many as fit.
template <unsigned kBase, std::size_t kWordBytes>
struct DigitPacking {
  static constexpr std::size_t kBytes = kWordBytes;
  static constexpr std::size_t kValues = [] {
    constexpr std::uint64_t most = ~std::uint64_t{0} >> (64 - 8 * kBytes);
    std::size_t count = 0;
    for (std::uint64_t power = 1; power <= most / kBase; power *= kBase) ++count;
    return count;
  }();

  static void unpack(std::uint64_t word, std::array<std::uint32_t, kValues>& codes) noexcept {
    for (std::uint32_t& c : codes) {
      c = static_cast<std::uint32_t>(word % kBase);
      word /= kBase;
    }
  }
  static std::uint64_t pack(const std::array<std::uint32_t, kValues>& codes) noexcept {
    std::uint64_t word = 0;
    for (std::size_t i = kValues; i-- > 0;) word = word * kBase + codes[i];
    return word;
  }
};

/// The functions of DtypeInfo for a policy and a packing.
template <class F, class Packing>
struct ElementCodec {
  using Codes = std::array<std::uint32_t, Packing::kValues>;

  static void decode(std::span<const std::byte> in, std::span<float> out) {
    const std::size_t words = std::min(in.size() / Packing::kBytes,
                                       (out.size() + Packing::kValues - 1) / Packing::kValues);
    Codes codes;
    for (std::size_t w = 0; w < words; ++w) {
      std::uint64_t word = 0;
      for (std::size_t b = Packing::kBytes; b-- > 0;) {
        word = word << 8 | std::to_integer<std::uint64_t>(in[w * Packing::kBytes + b]);
      }
      Packing::unpack(word, codes);
      const std::size_t first = w * Packing::kValues;
      const std::size_t n = std::min(Packing::kValues, out.size() - first);
      for (std::size_t i = 0; i < n; ++i) out[first + i] = F::value(codes[i]);
    }
  }

  static void encode(std::span<const float> in, std::span<std::byte> out) {
    encode_by(in, out, [](float x, std::size_t) { return F::code(x); });
  }

  static void encode_stochastic(std::span<const float> in, std::span<std::byte> out,
                                std::uint64_t seed, std::uint64_t first) {
    const Rng rng(seed);
    encode_by(in, out, [&](float x, std::size_t i) {
      const std::uint32_t bits = rng.block(first + i)[0];
      return F::code_stochastic(x, static_cast<float>(bits >> 8) * 0x1.0p-24F);
    });
  }

 private:
  template <class Code>
  static void encode_by(std::span<const float> in, std::span<std::byte> out, const Code& code) {
    const std::size_t words = out.size() / Packing::kBytes;
    const std::uint32_t zero = F::code(0.0F);  // pads the last word
    for (std::size_t w = 0; w < words; ++w) {
      Codes codes;
      codes.fill(zero);
      const std::size_t first = w * Packing::kValues;
      const std::size_t last = std::min(first + Packing::kValues, in.size());
      for (std::size_t i = first; i < last; ++i) codes[i - first] = code(in[i], i);
      std::uint64_t word = Packing::pack(codes);
      for (std::size_t b = 0; b < Packing::kBytes; ++b) {
        out[w * Packing::kBytes + b] = static_cast<std::byte>(word & 0xFFU);
        word >>= 8;
      }
    }
  }
};

/// floor(x) or floor(x) + 1, limited to [least, greatest]; NaN is 0.
[[nodiscard]] inline float whole_stochastic(float x, float u, float least,
                                            float greatest) noexcept {
  if (std::isnan(x)) return 0;
  const float inside = std::clamp(x, least, greatest);
  const float below = std::floor(inside);
  return u < inside - below ? below + 1 : below;
}

/// The code of a sign-magnitude float: the nearest one, or the neighbour on the other side of x.
/// `sign`: the sign bit; F as above.
template <class F>
[[nodiscard]] std::uint32_t neighbour_code(float x, float u, std::uint32_t sign) noexcept {
  const std::uint32_t nearest = F::code(x);
  const float v = F::value(nearest);
  if (!std::isfinite(x) || !std::isfinite(v) || v == x) return nearest;
  const std::uint32_t magnitude = nearest & (sign - 1U);
  const bool below = std::fabs(v) < std::fabs(x);
  if (!below && magnitude == 0) return nearest;
  const std::uint32_t other = below ? magnitude + 1U : magnitude - 1U;
  const float size = std::fabs(F::value(other & (sign - 1U)));
  if (other >= sign || !std::isfinite(size) || (below && size < std::fabs(x))) return nearest;
  // Share of the way from the lower to the upper one.
  const float low = below ? std::fabs(v) : size;
  const float high = below ? size : std::fabs(v);
  const bool upper = u < (std::fabs(x) - low) / (high - low);
  if (upper == !below) return nearest;
  // Formats without a negative zero have one code for both.
  if (other == 0) return F::code(std::copysign(0.0F, x));
  return other | (std::signbit(x) ? sign : 0U);
}

/// Two's complement or plain integers of kBits bits at most 8: half to even, saturating, NaN is 0.
template <unsigned kBits, bool kSigned>
struct SmallInteger {
  static constexpr int kLeast = kSigned ? -(1 << (kBits - 1)) : 0;
  static constexpr int kGreatest = kSigned ? (1 << (kBits - 1)) - 1 : (1 << kBits) - 1;

  static float value(std::uint32_t code) noexcept {
    const int plain = static_cast<int>(code);
    return static_cast<float>(plain > kGreatest ? plain - (1 << kBits) : plain);
  }
  static std::uint32_t code(float x) noexcept {
    if (std::isnan(x)) return 0;
    const float inside = std::clamp(x, static_cast<float>(kLeast), static_cast<float>(kGreatest));
    return of_whole(std::nearbyint(inside));
  }
  static std::uint32_t code_stochastic(float x, float u) noexcept {
    return of_whole(
        whole_stochastic(x, u, static_cast<float>(kLeast), static_cast<float>(kGreatest)));
  }

 private:
  static std::uint32_t of_whole(float whole) noexcept {
    return static_cast<std::uint32_t>(static_cast<int>(whole)) & ((1U << kBits) - 1U);
  }
};

/// Small floats with a sign.
template <MiniSpec kSpec>
struct Minifloat {
  static float value(std::uint32_t code) noexcept { return kMinifloatValues<kSpec>[code]; }
  static std::uint32_t code(float x) noexcept { return encode_minifloat(kSpec, x); }
  static std::uint32_t code_stochastic(float x, float u) noexcept {
    return neighbour_code<Minifloat>(x, u, kSpec.sign_mask());
  }
};

/// The whole numbers -(kLevels - 1) / 2 to (kLevels - 1) / 2, kLevels odd.
template <unsigned kLevels>
struct Levels {
  static constexpr int kMost = static_cast<int>(kLevels / 2);
  static float value(std::uint32_t code) noexcept {
    return static_cast<float>(static_cast<int>(code) - kMost);
  }
  static std::uint32_t code(float x) noexcept {
    if (std::isnan(x)) return kMost;
    const float inside = std::clamp(x, static_cast<float>(-kMost), static_cast<float>(kMost));
    return static_cast<std::uint32_t>(static_cast<int>(std::nearbyint(inside)) + kMost);
  }
  static std::uint32_t code_stochastic(float x, float u) noexcept {
    const float whole =
        whole_stochastic(x, u, static_cast<float>(-kMost), static_cast<float>(kMost));
    return static_cast<std::uint32_t>(static_cast<int>(whole) + kMost);
  }
};

/// The entries of a code book, a std::array of float in any order. The nearest entry, the lower of
/// two at the same distance; NaN is the entry nearest to zero.
template <const auto& kTable>
struct CodeBook {
  static float value(std::uint32_t code) noexcept { return kTable[code]; }
  static std::uint32_t code(float x) noexcept {
    const Order& o = order();
    if (std::isnan(x)) return code(0.0F);
    std::size_t i = upper(o, x);
    if (i == 0) return o[0];
    if (i == o.size()) return o.back();
    const float middle = 0.5F * (kTable[o[i - 1]] + kTable[o[i]]);
    return o[x > middle ? i : i - 1];
  }
  static std::uint32_t code_stochastic(float x, float u) noexcept {
    const Order& o = order();
    if (std::isnan(x)) return code(x);
    const std::size_t i = upper(o, x);
    if (i == 0 || i == o.size()) return code(x);
    const float low = kTable[o[i - 1]];
    const float high = kTable[o[i]];
    return o[u < (x - low) / (high - low) ? i : i - 1];
  }

 private:
  using Order = std::array<std::uint32_t, kTable.size()>;
  /// Codes by rising value; of equal values (two zeros) the lowest code last, which is what they
  /// get.
  static const Order& order() noexcept {
    static const Order kOrder = [] {
      Order o;
      for (std::uint32_t i = 0; i < o.size(); ++i) o[i] = i;
      std::sort(o.begin(), o.end(), [](std::uint32_t a, std::uint32_t b) {
        return kTable[a] != kTable[b] ? kTable[a] < kTable[b] : a > b;
      });
      return o;
    }();
    return kOrder;
  }
  /// The first entry above x.
  static std::size_t upper(const Order& o, float x) noexcept {
    const auto it = std::upper_bound(o.begin(), o.end(), x,
                                     [](float v, std::uint32_t c) { return v < kTable[c]; });
    return static_cast<std::size_t>(it - o.begin());
  }
};

}  // namespace pare
