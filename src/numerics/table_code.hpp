#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "numerics/element_codec.hpp"
#include "numerics/stochastic.hpp"

namespace pare {

/// The greatest float t such that x > t means that x is nearer to `above`, a tie meaning `below`
/// or, with `tie_up`, `above`. Finite below < above.
[[nodiscard]] constexpr float threshold_between(float below, float above,
                                                bool tie_up = false) noexcept {
  const double middle = (static_cast<double>(below) + static_cast<double>(above)) / 2;
  const auto t = static_cast<float>(middle);
  const auto back = static_cast<double>(t);
  if (tie_up ? back < middle : back <= middle) return t;
  const auto bits = std::bit_cast<std::uint32_t>(t);  // one float further down
  if (t == 0) return -0x1p-149F;
  return std::bit_cast<float>(t > 0 ? bits - 1 : bits + 1);
}

/// A format of 16 codes with any values: Book::kValues by code; at most one value, 0, may occur
/// twice, as 0 and -0. Book::kTiesToZero: half way between two values lies the one nearer to zero,
/// else the lower one. Saturates; NaN becomes what 0 does. The Code of an ElementCodec.
template <class Book>
struct TableCode {
  static constexpr std::size_t kCodes = 16;

  /// Codes in ascending order of their values, without -0; values and what lies between them.
  struct Ladder {
    std::size_t size = 0;
    std::array<std::uint8_t, kCodes> codes{};
    std::array<float, kCodes> values{};
    std::array<float, kCodes> thresholds{};  ///< size - 1 of them
    int negative_zero = -1;                  ///< its code
  };
  static constexpr Ladder kLadder = [] {
    Ladder l;
    for (std::uint8_t code = 0; code < kCodes; ++code) {
      if (std::bit_cast<std::uint32_t>(Book::kValues[code]) == 0x80000000U) {
        l.negative_zero = code;
      } else {
        l.codes[l.size++] = code;
      }
    }
    std::sort(l.codes.begin(), l.codes.begin() + static_cast<std::ptrdiff_t>(l.size),
              [](std::uint8_t a, std::uint8_t b) { return Book::kValues[a] < Book::kValues[b]; });
    for (std::size_t i = 0; i < l.size; ++i) l.values[i] = Book::kValues[l.codes[i]];
    for (std::size_t i = 0; i + 1 < l.size; ++i) {
      const bool up = Book::kTiesToZero && l.values[i] < 0;
      l.thresholds[i] = threshold_between(l.values[i], l.values[i + 1], up);
    }
    return l;
  }();

  static float value(std::uint32_t code) noexcept { return Book::kValues[code % kCodes]; }
  static std::uint32_t code(float x) noexcept {
    std::size_t rank = 0;
    const float y = std::isnan(x) ? 0.0F : x;
    for (std::size_t i = 0; i + 1 < kLadder.size; ++i) rank += y > kLadder.thresholds[i] ? 1U : 0U;
    return signed_code(rank, y);
  }
  static std::uint32_t code(float x, std::uint32_t random) noexcept {
    if (std::isnan(x)) return code(x);
    const auto& values = kLadder.values;
    const float y = std::clamp(x, values[0], values[kLadder.size - 1]);
    std::size_t rank = 0;
    for (std::size_t i = 1; i + 1 < kLadder.size; ++i) rank += y >= values[i] ? 1U : 0U;
    if (takes_upper(y, values[rank], values[rank + 1], random)) ++rank;
    return signed_code(rank, y);
  }

 private:
  static std::uint32_t signed_code(std::size_t rank, float x) noexcept {
    const bool negative_zero =
        kLadder.negative_zero >= 0 && kLadder.values[rank] == 0 && std::signbit(x);
    return negative_zero ? static_cast<std::uint32_t>(kLadder.negative_zero) : kLadder.codes[rank];
  }
};

/// Two to a byte, the first in the low nibble.
template <class Book>
using Tables = ElementCodec<TableCode<Book>, BitStream<4>>;

}  // namespace pare
