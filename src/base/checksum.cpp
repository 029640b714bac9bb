#include "base/checksum.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "base/threads.hpp"

namespace pare {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;
constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;  // 2^64 / golden ratio

/// One to one in h for given w and in w for given h: no change of one word goes unnoticed.
std::uint64_t mix(std::uint64_t h, std::uint64_t w) {
  h = (h ^ w) * kOdd;
  return h ^ (h >> 29U);
}

std::uint64_t finish(std::uint64_t h) {
  h ^= h >> 32U;
  h *= 0xd6e8feb86659fd93U;
  return h ^ (h >> 32U);
}

std::uint64_t piece_sum(std::span<const std::byte> bytes) {
  // Independent lanes, so that no multiplication waits for the one before.
  std::array<std::uint64_t, 8> lanes = {1, 2, 3, 4, 5, 6, 7, 8};
  std::size_t at = 0;
  for (; at + 64 <= bytes.size(); at += 64) {
    std::array<std::uint64_t, 8> w{};
    std::memcpy(w.data(), bytes.data() + at, sizeof w);
    for (std::size_t i = 0; i < 8; ++i) lanes[i] = mix(lanes[i], w[i]);
  }
  std::uint64_t h = bytes.size();
  for (const std::uint64_t lane : lanes) h = mix(h, lane);
  for (; at < bytes.size(); at += 8) {
    std::uint64_t w = 0;
    std::memcpy(&w, bytes.data() + at, std::min<std::size_t>(8, bytes.size() - at));
    h = mix(h, w);
  }
  return finish(h);
}

}  // namespace

std::uint64_t checksum64(std::span<const std::byte> bytes) {
  if (bytes.size() <= kPiece) return piece_sum(bytes);
  const std::size_t pieces = (bytes.size() + kPiece - 1) / kPiece;
  std::vector<std::uint64_t> sums(pieces);
  parallel_for(static_cast<std::int64_t>(pieces), 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::size_t at = static_cast<std::size_t>(i) * kPiece;
      sums[static_cast<std::size_t>(i)] =
          piece_sum(bytes.subspan(at, std::min(kPiece, bytes.size() - at)));
    }
  });
  std::uint64_t h = bytes.size();
  for (const std::uint64_t s : sums) h = mix(h, s);
  return finish(h);
}

}  // namespace pare
