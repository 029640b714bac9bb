#include "numerics/ternary_blocks.hpp"

namespace pare {
namespace {

/// A run of bytes of a TQ1_0 block: byte `byte + m`, m < width, holds the values
/// value + m + width * n for n < trits.
struct Run {
  std::size_t byte;
  std::size_t value;
  std::size_t width;
  std::size_t trits;
};
constexpr std::array<Run, 3> kRuns = {Run{0, 0, 32, 5}, Run{32, 160, 16, 5}, Run{48, 240, 4, 4}};

/// Ternary values + 1 with a step of amax; all zeros (code 1) when the stored step is zero.
std::array<std::uint32_t, 256> trits_of(std::span<const float, 256> x, float d, float stored) {
  std::array<std::uint32_t, 256> t{};
  const float inverse = stored == 0 ? 0 : reciprocal(d);
  for (std::size_t i = 0; i < t.size(); ++i) {
    t[i] = static_cast<std::uint32_t>(static_cast<int>(std::round(x[i] * inverse)) + 1);
  }
  return t;
}

}  // namespace

void Tq1Block::encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
  const float d = std::abs(signed_extreme(x));
  const auto trits = trits_of(x, d, store_f16<52>(out, d));
  for (const Run& run : kRuns) {
    for (std::size_t m = 0; m < run.width; ++m) {
      std::uint32_t v = 0;
      for (std::size_t n = 0; n < run.trits; ++n) {
        v = 3 * v + trits[run.value + m + run.width * n];
      }
      for (std::size_t n = run.trits; n < 5; ++n) v *= 3;
      out[run.byte + m] = static_cast<std::byte>((v * 256 + 242) / 243);
    }
  }
}

void Tq1Block::decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
  const float d = load_f16<52>(in);
  for (const Run& run : kRuns) {
    for (std::size_t m = 0; m < run.width; ++m) {
      auto rest = std::to_integer<std::uint32_t>(in[run.byte + m]);
      for (std::size_t n = 0; n < run.trits; ++n) {
        // The byte is a fraction of 256; its first base-3 digit is what 3 times it carries over.
        const std::uint32_t digit = rest * 3 / 256;
        x[run.value + m + run.width * n] = d * (static_cast<float>(digit) - 1);
        rest = rest * 3 % 256;
      }
    }
  }
}

void Tq2Block::encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
  const float d = std::abs(signed_extreme(x));
  const auto trits = trits_of(x, d, store_f16<64>(out, d));
  for (std::size_t byte = 0; byte < 64; ++byte) {
    std::uint32_t packed = 0;
    for (std::size_t n = 0; n < 4; ++n) {
      packed |= trits[byte / 32 * 128 + byte % 32 + 32 * n] << (2 * n);
    }
    out[byte] = static_cast<std::byte>(packed);
  }
}

void Tq2Block::decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
  const float d = load_f16<64>(in);
  for (std::size_t byte = 0; byte < 64; ++byte) {
    const auto packed = std::to_integer<std::uint32_t>(in[byte]);
    for (std::size_t n = 0; n < 4; ++n) {
      const auto trit = static_cast<float>((packed >> (2 * n)) & 3U);
      x[byte / 32 * 128 + byte % 32 + 32 * n] = d * (trit - 1);
    }
  }
}

}  // namespace pare
