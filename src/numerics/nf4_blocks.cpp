#include "numerics/nf4_blocks.hpp"

namespace pare {
namespace {

constexpr std::size_t kScalesPerBlock = 256;

/// Index of the level nearest to x among ascending levels; a tie goes to the lower level.
std::size_t nearest_level(std::span<const float> levels, float x) {
  const auto above = std::lower_bound(levels.begin(), levels.end(), x);
  if (above == levels.begin()) return 0;
  const auto i = static_cast<std::size_t>(above - levels.begin());
  if (above == levels.end()) return i - 1;
  return double{x} - levels[i - 1] <= double{levels[i]} - x ? i - 1 : i;
}

std::array<float, 256> make_dynamic_map() {
  std::array<float, 256> map{};
  std::size_t n = 0;
  double power = 1e-6;
  for (int parts = 1; parts <= 64; parts *= 2, power *= 10) {
    for (int i = 0; i < parts; ++i) {
      const double middle = 0.1 + 0.9 * (i + 0.5) / parts;
      map[n++] = static_cast<float>(power * middle);
      map[n++] = static_cast<float>(-power * middle);
    }
  }
  map[n++] = 0;
  map[n++] = 1;
  std::sort(map.begin(), map.end());
  return map;
}

/// Value of a code relative to a scale that may be zero or subnormal.
std::uint32_t code_of(float x, float amax) { return amax > 0 ? nf4_block_code(x / amax) : 7U; }

}  // namespace

std::uint32_t nf4_block_code(float x) noexcept {
  return static_cast<std::uint32_t>(nearest_level(kNf4BlockLevels, x));
}

void Nf4Block::encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
  const float amax = std::abs(signed_extreme(x));
  store_bits<0>(out, std::bit_cast<std::uint32_t>(amax), 4);
  for (std::size_t i = 0; i < kValues / 2; ++i) {
    out[4 + i] = nibbles(code_of(x[2 * i + 1], amax), code_of(x[2 * i], amax));
  }
}

void Nf4Block::decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
  const auto amax = std::bit_cast<float>(load_bits<0>(in, 4));
  for (std::size_t i = 0; i < kValues / 2; ++i) {
    x[2 * i] = amax * kNf4BlockLevels[high_nibble(in[4 + i])];
    x[2 * i + 1] = amax * kNf4BlockLevels[low_nibble(in[4 + i])];
  }
}

const std::array<float, 256>& dynamic_map() {
  static const std::array<float, 256> map = make_dynamic_map();
  return map;
}

double DoubleQuantizedNf4::bits_per_value() const noexcept {
  const std::size_t bytes = codes.size() + scale_codes.size() + 4 * scale_amax.size() + 4;
  return 8.0 * static_cast<double>(bytes) / static_cast<double>(values);
}

DoubleQuantizedNf4 encode_nf4_double(std::span<const float> x) {
  DoubleQuantizedNf4 q;
  q.values = x.size();
  const std::size_t blocks = (x.size() + Nf4Block::kValues - 1) / Nf4Block::kValues;
  std::array<float, Nf4Block::kValues> block;
  std::vector<float> scales(blocks);
  double sum = 0;
  for (std::size_t b = 0; b < blocks; ++b) {
    BlockCodec<Nf4Block>::load(x, b, block);
    scales[b] = std::abs(signed_extreme(block));
    sum += scales[b];
  }
  q.offset = blocks == 0 ? 0.0F : static_cast<float>(sum / static_cast<double>(blocks));
  q.scale_codes.resize(blocks);
  for (std::size_t first = 0; first < blocks; first += kScalesPerBlock) {
    const std::size_t last = std::min(first + kScalesPerBlock, blocks);
    float amax = 0;
    for (std::size_t b = first; b < last; ++b)
      amax = std::max(amax, std::abs(scales[b] - q.offset));
    q.scale_amax.push_back(amax);
    for (std::size_t b = first; b < last; ++b) {
      const float part = amax > 0 ? (scales[b] - q.offset) / amax : 0.0F;
      const std::size_t code = nearest_level(dynamic_map(), part);
      q.scale_codes[b] = static_cast<std::uint8_t>(code);
      scales[b] = dynamic_map()[code] * amax + q.offset;
    }
  }
  q.codes.resize((x.size() + 1) / 2);
  for (std::size_t b = 0; b < blocks; ++b) {
    BlockCodec<Nf4Block>::load(x, b, block);
    const std::size_t at = b * Nf4Block::kValues / 2;
    for (std::size_t i = 0; i < Nf4Block::kValues / 2 && at + i < q.codes.size(); ++i) {
      q.codes[at + i] =
          nibbles(code_of(block[2 * i + 1], scales[b]), code_of(block[2 * i], scales[b]));
    }
  }
  return q;
}

void decode_nf4_double(const DoubleQuantizedNf4& coded, std::span<float> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t b = i / Nf4Block::kValues;
    const float scale =
        dynamic_map()[coded.scale_codes[b]] * coded.scale_amax[b / kScalesPerBlock] + coded.offset;
    const std::byte pair = coded.codes[i / 2];
    out[i] = scale * kNf4BlockLevels[i % 2 == 0 ? high_nibble(pair) : low_nibble(pair)];
  }
}

}  // namespace pare
