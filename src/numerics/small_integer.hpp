#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "numerics/element_codec.hpp"
#include "numerics/stochastic.hpp"

namespace pare {

/// Whole numbers kLeast..kGreatest, of at most 8 bits: half to even, saturating, NaN is 0. The
/// code is the number's two's complement or, with kFromLeast, the number minus kLeast.
template <int kLeast, int kGreatest, bool kFromLeast>
struct SmallIntegerCode {
  static constexpr int kSpan = kGreatest - kLeast + 1;
  static constexpr int kOffset = kFromLeast ? kLeast : 0;

  static float value(std::uint32_t code) noexcept {
    const int plain = static_cast<int>(code) + kOffset;
    return static_cast<float>(plain > kGreatest ? plain - kSpan : plain);
  }
  static std::uint32_t code(float x) noexcept {
    if (std::isnan(x)) return whole(0);
    return whole(
        std::nearbyint(std::clamp(x, static_cast<float>(kLeast), static_cast<float>(kGreatest))));
  }
  static std::uint32_t code(float x, std::uint32_t random) noexcept {
    return whole(stochastic_integer(x, kLeast, kGreatest, random));
  }

 private:
  static std::uint32_t whole(double x) noexcept {
    return static_cast<std::uint32_t>(static_cast<int>(x) - kOffset);
  }
};

/// Integers of kBits bits as a bit stream.
template <unsigned kBits, bool kSigned>
using SmallIntegers =
    ElementCodec<SmallIntegerCode<(kSigned ? -(1 << (kBits - 1)) : 0),
                                  (1 << (kSigned ? kBits - 1 : kBits)) - 1, false>,
                 BitStream<kBits>>;

/// -1 or 1 by the sign: code 1 is 1. Zero (-0 too) and NaN become 1. At random: 1 with the
/// probability (x + 1) / 2.
struct SignCode {
  static float value(std::uint32_t code) noexcept { return code != 0 ? 1.0F : -1.0F; }
  static std::uint32_t code(float x) noexcept { return x < 0 ? 0U : 1U; }
  static std::uint32_t code(float x, std::uint32_t random) noexcept {
    return std::isnan(x) || takes_upper(std::clamp(x, -1.0F, 1.0F), -1, 1, random) ? 1U : 0U;
  }
};

}  // namespace pare
