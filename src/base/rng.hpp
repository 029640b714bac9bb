#pragma once

#include <array>
#include <cstdint>

namespace pare {

/// Counter-based random numbers (Philox 4x32-10, Salmon et al., SC'11): the value at a position
/// depends only on seed, stream and position, never on thread count or order of calls.
class Rng {
 public:
  explicit Rng(std::uint64_t seed, std::uint64_t stream = 0) noexcept
      : seed_(seed), stream_(stream) {}

  /// Four 32-bit words of block `counter`.
  [[nodiscard]] std::array<std::uint32_t, 4> block(std::uint64_t counter) const noexcept;
  /// Next 32 random bits.
  std::uint32_t next() noexcept;
  /// Uniform in [0, 1), 24 bits.
  float uniform() noexcept { return static_cast<float>(next() >> 8) * 0x1.0p-24F; }
  /// Uniform integer in [0, n), n > 0, without bias.
  std::uint64_t below(std::uint64_t n) noexcept;
  /// Standard normal (Box-Muller).
  float normal() noexcept;
  /// An independent generator for part `stream` of the work.
  [[nodiscard]] Rng split(std::uint64_t stream) const noexcept;

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t counter_ = 0;
  std::array<std::uint32_t, 4> words_{};
  unsigned used_ = 4;
};

}  // namespace pare
