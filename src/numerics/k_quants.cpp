#include "numerics/k_quants.hpp"

#include "base/error.hpp"
#include "numerics/iq4_blocks.hpp"
#include "numerics/k_quant_weights.hpp"
#include "numerics/step_search.hpp"

namespace pare {
namespace {

using Values = KQuantBlock::Values;
using Codes = std::array<std::uint32_t, KQuantBlock::kValues>;

/// How one of the formats with x ~ d * sc * q - dmin * mn is made.
struct AffineFormat {
  std::size_t part;    ///< values per scale
  int greatest_code;   ///< of q
  int greatest_scale;  ///< of sc and mn
  StepGrid grid;       ///< without importance
  bool adds_rms;       ///< weight |x| + root mean square of the part, else |x|
  float spread;        ///< with importance: s = spread * mean square
};
constexpr AffineFormat kQ2K = {16, 3, 15, {-0.5F, 0.1F, 15}, false, 1};
constexpr AffineFormat kQ4K = {32, 15, 63, {-1.0F, 0.1F, 20}, true, 2};
constexpr AffineFormat kQ5K = {32, 31, 63, {-0.5F, 0.1F, 15}, true, 2};
constexpr StepGrid kFineGrid = {-0.9F, 0.05F, 36};

struct AffineCodes {
  Codes q{};
  std::array<std::uint32_t, 16> scales{};
  std::array<std::uint32_t, 16> minima{};
  float d = 0;
  float dmin = 0;
};

float to_stored(float x) { return to_float(to_f16(std::clamp(x, -kGreatestF16, kGreatestF16))); }

/// Weights of one part without importance.
void plain_weights(std::span<const float> x, bool adds_rms, std::span<float> w) {
  double squares = 0;
  for (const float v : x) squares += double{v} * double{v};
  const double rms = adds_rms ? std::sqrt(squares / static_cast<double>(x.size())) : 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) w[i] = static_cast<float>(rms) + std::abs(x[i]);
}

/// Integers 0 ... greatest for the parts' steps (or minima) and the float16 step between them.
float code_scales(std::span<const float> values, std::span<const float> weights, bool search,
                  int greatest, std::span<std::uint32_t> codes) {
  const float most = std::abs(signed_extreme(values));
  const float d = to_stored(search ? fit_positive(values, weights, greatest)
                                   : most / static_cast<float>(greatest));
  for (std::size_t i = 0; i < values.size(); ++i) {
    codes[i] = d == 0 ? 0U : static_cast<std::uint32_t>(nearest_within(values[i] / d, 0, greatest));
  }
  return d;
}

/// importance: empty, or one number per value.
AffineCodes encode_affine(Values x, std::span<const float> importance, const AffineFormat& f) {
  AffineCodes c;
  const std::size_t parts = x.size() / f.part;
  const bool weighted = !importance.empty();
  std::array<float, KQuantBlock::kValues> w;
  if (weighted) importance_weights(x, importance, f.spread, w);
  std::array<float, 16> steps{};
  std::array<float, 16> minima{};
  std::array<float, 16> part_weights{};
  for (std::size_t p = 0; p < parts; ++p) {
    const auto xs = x.subspan(p * f.part, f.part);
    const auto ws = std::span(w).subspan(p * f.part, f.part);
    if (!weighted) plain_weights(xs, f.adds_rms, ws);
    for (const float v : ws) part_weights[p] += v;
    const AffineStep fit = fit_affine(xs, ws, f.greatest_code, weighted ? kFineGrid : f.grid);
    steps[p] = fit.step;
    minima[p] = fit.minus;
  }
  const auto weights = std::span(part_weights).first(parts);
  c.d = code_scales(std::span(steps).first(parts), weights, weighted, f.greatest_scale, c.scales);
  c.dmin =
      code_scales(std::span(minima).first(parts), weights, weighted, f.greatest_scale, c.minima);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t p = i / f.part;
    const float step = c.d * static_cast<float>(c.scales[p]);
    const float minus = c.dmin * static_cast<float>(c.minima[p]);
    c.q[i] =
        step == 0
            ? 0U
            : static_cast<std::uint32_t>(nearest_within((x[i] + minus) / step, 0, f.greatest_code));
  }
  return c;
}

struct SymmetricCodes {
  std::array<int, KQuantBlock::kValues> q{};
  std::array<int, 16> scales{};
  float d = 0;
};

/// x ~ d * scale * q in parts of 16, q in [-n, n), scale in [-m, m). importance: empty or 256.
SymmetricCodes encode_symmetric(Values x, std::span<const float> weights, int n, int m,
                                bool search_scales) {
  constexpr std::size_t kPart = 16;
  SymmetricCodes c;
  std::array<float, 16> steps{};
  std::array<float, 16> part_weights{};
  for (std::size_t p = 0; p < steps.size(); ++p) {
    const auto ws = weights.subspan(p * kPart, kPart);
    for (const float v : ws) part_weights[p] += v;
    steps[p] = fit_symmetric(x.subspan(p * kPart, kPart), ws, n);
  }
  c.d = to_stored(search_scales ? fit_symmetric(steps, part_weights, m)
                                : signed_extreme(steps) / -static_cast<float>(m));
  for (std::size_t p = 0; p < steps.size() && c.d != 0; ++p) {
    c.scales[p] = nearest_within(steps[p] / c.d, -m, m - 1);
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    const float step = c.d * static_cast<float>(c.scales[i / kPart]);
    if (step != 0) c.q[i] = nearest_within(x[i] / step, -n, n - 1);
  }
  return c;
}

std::array<float, KQuantBlock::kValues> squares(Values x) {
  std::array<float, KQuantBlock::kValues> w{};
  // Relative to the greatest, so that no square leaves the range of float.
  const float inverse = reciprocal(std::abs(signed_extreme(x)));
  for (std::size_t i = 0; i < x.size(); ++i) w[i] = (x[i] * inverse) * (x[i] * inverse);
  return w;
}

/// Value i of the 2-bit layout of q2_k and q3_k: its byte and its shift.
std::size_t crumb_byte(std::size_t i) { return i / 128 * 32 + i % 32; }
std::size_t crumb_shift(std::size_t i) { return i / 32 % 4 * 2; }

void write_q2k(const AffineCodes& c, std::span<std::byte, Q2KBlock::kBytes> out) {
  std::fill(out.begin(), out.end(), std::byte{0});
  for (std::size_t p = 0; p < 16; ++p) out[p] = nibbles(c.scales[p], c.minima[p]);
  for (std::size_t i = 0; i < c.q.size(); ++i) {
    out[16 + crumb_byte(i)] |= static_cast<std::byte>(c.q[i] << crumb_shift(i));
  }
  store_f16<80>(out, c.d);
  store_f16<82>(out, c.dmin);
}

void write_q3k(const SymmetricCodes& c, std::span<std::byte, Q3KBlock::kBytes> out) {
  std::fill(out.begin(), out.end(), std::byte{0});
  for (std::size_t i = 0; i < c.q.size(); ++i) {
    const auto q = static_cast<std::uint32_t>(c.q[i] + 4);
    out[i % 32] |= static_cast<std::byte>((q >> 2) << (i / 32));
    out[32 + crumb_byte(i)] |= static_cast<std::byte>((q & 3U) << crumb_shift(i));
  }
  for (std::size_t p = 0; p < 16; ++p) {
    const auto s = static_cast<std::uint32_t>(c.scales[p] + 32);
    out[96 + p % 8] |= static_cast<std::byte>((s & 15U) << (p / 8 * 4));
    out[104 + p % 4] |= static_cast<std::byte>((s >> 4) << (p / 4 * 2));
  }
  store_f16<108>(out, c.d);
}

void pack_six_bits(const AffineCodes& c, std::span<std::byte, 12> out) {
  for (std::size_t j = 0; j < 4; ++j) {
    out[j] = static_cast<std::byte>(c.scales[j] | (c.scales[j + 4] >> 4) << 6);
    out[j + 4] = static_cast<std::byte>(c.minima[j] | (c.minima[j + 4] >> 4) << 6);
    out[j + 8] = nibbles(c.scales[j + 4], c.minima[j + 4] & 15U);
  }
}

struct SixBits {
  std::array<float, 8> scales;
  std::array<float, 8> minima;
};
SixBits unpack_six_bits(std::span<const std::byte, 12> in) {
  SixBits s{};
  for (std::size_t j = 0; j < 4; ++j) {
    const auto a = std::to_integer<std::uint32_t>(in[j]);
    const auto b = std::to_integer<std::uint32_t>(in[j + 4]);
    s.scales[j] = static_cast<float>(a & 63U);
    s.minima[j] = static_cast<float>(b & 63U);
    s.scales[j + 4] = static_cast<float>(low_nibble(in[j + 8]) | (a >> 6) << 4);
    s.minima[j + 4] = static_cast<float>(high_nibble(in[j + 8]) | (b >> 6) << 4);
  }
  return s;
}

/// Low four bits of all values, the layout of q4_k and q5_k.
void write_nibbles(const Codes& q, std::span<std::byte, 128> out) {
  for (std::size_t byte = 0; byte < out.size(); ++byte) {
    const std::size_t i = byte / 32 * 64 + byte % 32;
    out[byte] = nibbles(q[i], q[i + 32] & 15U);
  }
}
std::uint32_t read_nibble(std::span<const std::byte, 128> in, std::size_t i) {
  const std::byte b = in[i / 64 * 32 + i % 32];
  return i / 32 % 2 == 0 ? low_nibble(b) : high_nibble(b);
}

void write_q4k(const AffineCodes& c, std::span<std::byte, Q4KBlock::kBytes> out) {
  store_f16<0>(out, c.d);
  store_f16<2>(out, c.dmin);
  pack_six_bits(c, out.subspan<4, 12>());
  write_nibbles(c.q, out.subspan<16, 128>());
}

void write_q5k(const AffineCodes& c, std::span<std::byte, Q5KBlock::kBytes> out) {
  std::fill(out.begin(), out.end(), std::byte{0});
  store_f16<0>(out, c.d);
  store_f16<2>(out, c.dmin);
  pack_six_bits(c, out.subspan<4, 12>());
  for (std::size_t i = 0; i < c.q.size(); ++i) {
    out[16 + i % 32] |= static_cast<std::byte>((c.q[i] >> 4) << (i / 32));
  }
  write_nibbles(c.q, out.subspan<48, 128>());
}

void write_q6k(const SymmetricCodes& c, std::span<std::byte, Q6KBlock::kBytes> out) {
  std::fill(out.begin(), out.end(), std::byte{0});
  for (std::size_t i = 0; i < c.q.size(); ++i) {
    const auto q = static_cast<std::uint32_t>(c.q[i] + 32);
    const std::size_t n = i / 128;
    const std::size_t k = i / 32 % 4;
    const std::size_t l = i % 32;
    out[64 * n + l + 32 * (k % 2)] |= static_cast<std::byte>((q & 15U) << (k / 2 * 4));
    out[128 + 32 * n + l] |= static_cast<std::byte>((q >> 4) << (2 * k));
  }
  for (std::size_t p = 0; p < 16; ++p) out[192 + p] = static_cast<std::byte>(c.scales[p]);
  store_f16<208>(out, c.d);
}

template <class Block>
void encode_blocks(std::span<const float> in, std::span<const float> importance,
                   std::span<std::byte> out) {
  if (in.size() != importance.size()) {
    throw Error(Fault::usage, cat(in.size(), " values with ", importance.size(), " importances"));
  }
  std::array<float, Block::kValues> x;
  std::array<float, Block::kValues> w;
  for (std::size_t b = 0; b < out.size() / Block::kBytes; ++b) {
    BlockCodec<Block>::load(in, b, x);
    const std::size_t first = std::min(b * Block::kValues, in.size());
    const std::size_t n = std::min(Block::kValues, in.size() - first);
    w.fill(0);
    std::copy_n(importance.begin() + static_cast<std::ptrdiff_t>(first), n, w.begin());
    Block::encode_weighted(x, w, out.subspan(b * Block::kBytes).template first<Block::kBytes>());
  }
}

}  // namespace

void Q2KBlock::encode(Values x, std::span<std::byte, kBytes> out) {
  write_q2k(encode_affine(x, {}, kQ2K), out);
}
void Q2KBlock::encode_weighted(Values x, Values importance, std::span<std::byte, kBytes> out) {
  write_q2k(encode_affine(x, importance, kQ2K), out);
}
void Q2KBlock::decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
  const float d = load_f16<80>(in);
  const float dmin = load_f16<82>(in);
  for (std::size_t i = 0; i < kValues; ++i) {
    const std::byte part = in[i / 16];
    const auto q = (std::to_integer<std::uint32_t>(in[16 + crumb_byte(i)]) >> crumb_shift(i)) & 3U;
    x[i] = d * static_cast<float>(low_nibble(part)) * static_cast<float>(q) -
           dmin * static_cast<float>(high_nibble(part));
  }
}

void Q3KBlock::encode(Values x, std::span<std::byte, kBytes> out) {
  write_q3k(encode_symmetric(x, squares(x), 4, 32, false), out);
}
void Q3KBlock::encode_weighted(Values x, Values importance, std::span<std::byte, kBytes> out) {
  std::array<float, kValues> w;
  importance_weights(x, importance, 2, w);
  write_q3k(encode_symmetric(x, w, 4, 32, true), out);
}
void Q3KBlock::decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
  const float d = load_f16<108>(in);
  std::array<float, 16> steps;
  for (std::size_t p = 0; p < 16; ++p) {
    const auto low = (std::to_integer<std::uint32_t>(in[96 + p % 8]) >> (p / 8 * 4)) & 15U;
    const auto high = (std::to_integer<std::uint32_t>(in[104 + p % 4]) >> (p / 4 * 2)) & 3U;
    steps[p] = d * (static_cast<float>(low | high << 4) - 32);
  }
  for (std::size_t i = 0; i < kValues; ++i) {
    const auto low =
        (std::to_integer<std::uint32_t>(in[32 + crumb_byte(i)]) >> crumb_shift(i)) & 3U;
    const auto high = (std::to_integer<std::uint32_t>(in[i % 32]) >> (i / 32)) & 1U;
    x[i] = steps[i / 16] * (static_cast<float>(low | high << 2) - 4);
  }
}

void Q4KBlock::encode(Values x, std::span<std::byte, kBytes> out) {
  write_q4k(encode_affine(x, {}, kQ4K), out);
}
void Q4KBlock::encode_weighted(Values x, Values importance, std::span<std::byte, kBytes> out) {
  write_q4k(encode_affine(x, importance, kQ4K), out);
}
void Q4KBlock::decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
  const float d = load_f16<0>(in);
  const float dmin = load_f16<2>(in);
  const SixBits s = unpack_six_bits(in.subspan<4, 12>());
  for (std::size_t i = 0; i < kValues; ++i) {
    const auto q = static_cast<float>(read_nibble(in.subspan<16, 128>(), i));
    x[i] = d * s.scales[i / 32] * q - dmin * s.minima[i / 32];
  }
}

void Q5KBlock::encode(Values x, std::span<std::byte, kBytes> out) {
  write_q5k(encode_affine(x, {}, kQ5K), out);
}
void Q5KBlock::encode_weighted(Values x, Values importance, std::span<std::byte, kBytes> out) {
  write_q5k(encode_affine(x, importance, kQ5K), out);
}
void Q5KBlock::decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
  const float d = load_f16<0>(in);
  const float dmin = load_f16<2>(in);
  const SixBits s = unpack_six_bits(in.subspan<4, 12>());
  for (std::size_t i = 0; i < kValues; ++i) {
    const auto fifth = (std::to_integer<std::uint32_t>(in[16 + i % 32]) >> (i / 32)) & 1U;
    const auto q = static_cast<float>(read_nibble(in.subspan<48, 128>(), i) | fifth << 4);
    x[i] = d * s.scales[i / 32] * q - dmin * s.minima[i / 32];
  }
}

void Q6KBlock::encode(Values x, std::span<std::byte, kBytes> out) {
  write_q6k(encode_symmetric(x, squares(x), 32, 128, false), out);
}
void Q6KBlock::encode_weighted(Values x, Values importance, std::span<std::byte, kBytes> out) {
  std::array<float, kValues> w;
  plain_importance(importance, w);
  write_q6k(encode_symmetric(x, w, 32, 128, false), out);
}
void Q6KBlock::decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
  const float d = load_f16<208>(in);
  for (std::size_t i = 0; i < kValues; ++i) {
    const std::size_t n = i / 128;
    const std::size_t k = i / 32 % 4;
    const std::size_t l = i % 32;
    const std::byte four = in[64 * n + l + 32 * (k % 2)];
    const std::uint32_t low = k < 2 ? low_nibble(four) : high_nibble(four);
    const auto high = (std::to_integer<std::uint32_t>(in[128 + 32 * n + l]) >> (2 * k)) & 3U;
    const auto scale = static_cast<float>(std::to_integer<std::int8_t>(in[192 + i / 16]));
    x[i] = d * scale * (static_cast<float>(low | high << 4) - 32);
  }
}

WeightedEncode weighted_encode_of(std::string_view format) noexcept {
  struct Row {
    std::string_view name;
    WeightedEncode encode;
  };
  static constexpr std::array<Row, 7> kRows = {
      Row{"q2_k", encode_blocks<Q2KBlock>},    Row{"q3_k", encode_blocks<Q3KBlock>},
      Row{"q4_k", encode_blocks<Q4KBlock>},    Row{"q5_k", encode_blocks<Q5KBlock>},
      Row{"q6_k", encode_blocks<Q6KBlock>},    Row{"iq4_nl_b32", encode_blocks<Iq4NlBlock>},
      Row{"iq4_xs", encode_blocks<Iq4XsBlock>}};
  for (const Row& row : kRows) {
    if (row.name == format) return row.encode;
  }
  return nullptr;
}

}  // namespace pare
