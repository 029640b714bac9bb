#include "base/rng.hpp"

#include <cmath>

namespace pare {
namespace {

constexpr std::uint32_t kMul0 = 0xD2511F53U;
constexpr std::uint32_t kMul1 = 0xCD9E8D57U;
constexpr std::uint32_t kWeyl0 = 0x9E3779B9U;
constexpr std::uint32_t kWeyl1 = 0xBB67AE85U;
constexpr float kTwoPi = 6.283185307179586F;

}  // namespace

std::array<std::uint32_t, 4> Rng::block(std::uint64_t counter) const noexcept {
  std::array<std::uint32_t, 4> c = {
      static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32),
      static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)};
  auto k0 = static_cast<std::uint32_t>(seed_);
  auto k1 = static_cast<std::uint32_t>(seed_ >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{kMul0} * c[0];
    const std::uint64_t p1 = std::uint64_t{kMul1} * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<std::uint32_t>(p0)};
    k0 += kWeyl0;
    k1 += kWeyl1;
  }
  return c;
}

std::uint32_t Rng::next() noexcept {
  if (used_ == 4) {
    words_ = block(counter_++);
    used_ = 0;
  }
  return words_[used_++];
}

std::uint64_t Rng::below(std::uint64_t n) noexcept {
  const std::uint64_t limit = n * (UINT64_MAX / n);
  std::uint64_t x = 0;
  do {
    x = (std::uint64_t{next()} << 32) | next();
  } while (x >= limit);
  return x % n;
}

float Rng::normal() noexcept {
  const float u = 1.0F - uniform();
  const float v = uniform();
  return std::sqrt(-2.0F * std::log(u)) * std::cos(kTwoPi * v);
}

Rng Rng::split(std::uint64_t stream) const noexcept {
  return Rng(seed_, stream_ * 0x9E3779B97F4A7C15ULL + stream + 1);
}

}  // namespace pare
