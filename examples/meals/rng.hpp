#pragma once

#include <cstdint>

namespace meals {

/// A good 64-bit mixing function (the finaliser of SplitMix64, Steele et al. 2014).
constexpr std::uint64_t mix_bits(std::uint64_t x) noexcept {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// Random numbers as a function of (seed, stream, index, number of the draw): no state is shared
/// between two pictures, so any picture can be drawn alone and in any order.
class Rng {
 public:
  constexpr Rng(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) noexcept
      : key_(mix_bits(mix_bits(mix_bits(seed + kStep) ^ (stream + 1)) ^ (index + kStep))) {}

  constexpr std::uint64_t bits() noexcept { return mix_bits(key_ + kStep * ++draw_); }
  /// In [0, 1); 24 bits, so that the value is exact.
  constexpr float uniform() noexcept { return static_cast<float>(bits() >> 40) * 0x1p-24f; }
  constexpr float uniform(float low, float high) noexcept { return low + (high - low) * uniform(); }
  /// In [0, n).
  constexpr int below(int n) noexcept {
    return static_cast<int>(((bits() >> 32) * static_cast<std::uint64_t>(n)) >> 32);
  }
  /// In [low, high], both included.
  constexpr int between(int low, int high) noexcept { return low + below(high - low + 1); }
  constexpr bool chance(float probability) noexcept { return uniform() < probability; }
  /// Close to a normal distribution of mean 0 and variance 1: the sum of four 16-bit uniforms.
  constexpr float normal() noexcept {
    std::uint64_t b = bits();
    std::int32_t sum = -2 * 65535;
    for (int i = 0; i < 4; ++i, b >>= 16) sum += static_cast<std::int32_t>(b & 0xffff);
    return static_cast<float>(sum) * (1.7320508f / 65536.0f);
  }

 private:
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15ULL;
  std::uint64_t key_;
  std::uint64_t draw_ = 0;
};

}  // namespace meals
