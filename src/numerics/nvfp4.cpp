#include "numerics/nvfp4.hpp"

namespace pare {
namespace {

constexpr float kElementMax = 6;
constexpr float kScaleMax = 448;
constexpr float kScaleMin = 0x1.0p-9F;  ///< the least E4M3 number above zero
constexpr std::uint32_t kOne = 0x38;    ///< E4M3 code of 1

/// E4M3 code of a block's scale when its greatest magnitude becomes `top`.
std::uint32_t scale_code(float amax, float top) {
  if (amax == 0) return kOne;
  return encode_minifloat(kE4M3FN, std::clamp(amax / top, kScaleMin, kScaleMax));
}

struct Coded {
  std::uint32_t scale = kOne;
  std::array<std::uint32_t, 16> elements{};
  double error = 0;
};

Coded code_block(std::span<const float, 16> x, std::uint32_t scale) {
  Coded c;
  c.scale = scale;
  const float step = kMinifloatValues<kE4M3FN>[scale];
  for (std::size_t i = 0; i < x.size(); ++i) {
    c.elements[i] = encode_minifloat(kE2M1, x[i] / step);
    const double miss = double{x[i]} - double{step} * kMinifloatValues<kE2M1>[c.elements[i]];
    c.error += miss * miss;
  }
  return c;
}

Coded code_block(std::span<const float, 16> x, Nvfp4Scale rule) {
  const float amax = std::abs(signed_extreme(x));
  Coded best = code_block(x, scale_code(amax, kElementMax));
  if (rule == Nvfp4Scale::four_or_six && amax > 0) {
    const Coded four = code_block(x, scale_code(amax, 4));
    if (four.error < best.error) best = four;
  }
  return best;
}

float ggml_scale(std::byte b) {
  const std::uint32_t code = std::to_integer<std::uint32_t>(b) & 0x7FU;
  return code == 0x7FU ? 0.0F : kMinifloatValues<kE4M3FN>[code];
}

}  // namespace

float nvfp4_tensor_scale(float amax, Nvfp4Scale rule) noexcept {
  const float scale = amax / (kElementMax * (rule == Nvfp4Scale::six ? kScaleMax : 256.0F));
  return std::isfinite(scale) && scale > 0 ? scale : 1.0F;
}

void Nvfp4Block::encode(std::span<const float, kValues> x, Nvfp4Scale rule,
                        std::span<std::byte, kBytes> out) {
  const Coded c = code_block(x, rule);
  out[0] = static_cast<std::byte>(c.scale);
  for (std::size_t i = 0; i < 8; ++i) {
    out[1 + i] = nibbles(c.elements[2 * i], c.elements[2 * i + 1]);
  }
}

void Nvfp4Block::decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
  const float scale = kMinifloatValues<kE4M3FN>[std::to_integer<std::size_t>(in[0])];
  for (std::size_t i = 0; i < 8; ++i) {
    x[2 * i] = scale * kMinifloatValues<kE2M1>[low_nibble(in[1 + i])];
    x[2 * i + 1] = scale * kMinifloatValues<kE2M1>[high_nibble(in[1 + i])];
  }
}

void encode_nvfp4(std::span<const float> x, float tensor_scale, Nvfp4Scale rule,
                  std::span<std::byte> out) {
  std::array<float, Nvfp4Block::kValues> block;
  for (std::size_t b = 0; b < out.size() / Nvfp4Block::kBytes; ++b) {
    const std::size_t first = std::min(b * block.size(), x.size());
    const std::size_t n = std::min(block.size(), x.size() - first);
    block.fill(0);
    for (std::size_t i = 0; i < n; ++i) {
      const float v = x[first + i] / tensor_scale;
      block[i] = std::isnan(v) ? 0 : std::clamp(v, -Nvfp4Block::kLimit, Nvfp4Block::kLimit);
    }
    Nvfp4Block::encode(block, rule,
                       out.subspan(b * Nvfp4Block::kBytes).first<Nvfp4Block::kBytes>());
  }
}

void decode_nvfp4(std::span<const std::byte> in, float tensor_scale, std::span<float> out) {
  BlockCodec<Nvfp4Block>::decode(in, out);
  const std::size_t decoded = in.size() / Nvfp4Block::kBytes * Nvfp4Block::kValues;
  for (float& v : out.first(std::min(out.size(), decoded))) v *= tensor_scale;
}

void GgmlNvfp4Block::encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
  for (std::size_t s = 0; s < 4; ++s) {
    const Coded c = code_block(x.subspan(16 * s).first<16>(), Nvfp4Scale::six);
    out[s] = static_cast<std::byte>(c.scale);
    for (std::size_t j = 0; j < 8; ++j) {
      out[4 + 8 * s + j] = nibbles(c.elements[j], c.elements[j + 8]);
    }
  }
}

void GgmlNvfp4Block::decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
  for (std::size_t s = 0; s < 4; ++s) {
    const float scale = ggml_scale(in[s]);
    for (std::size_t j = 0; j < 8; ++j) {
      const std::byte b = in[4 + 8 * s + j];
      x[16 * s + j] = scale * kMinifloatValues<kE2M1>[low_nibble(b)];
      x[16 * s + j + 8] = scale * kMinifloatValues<kE2M1>[high_nibble(b)];
    }
  }
}

}  // namespace pare
