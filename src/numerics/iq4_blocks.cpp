#include "numerics/iq4_blocks.hpp"

#include "numerics/k_quant_weights.hpp"
#include "numerics/step_search.hpp"

namespace pare {
namespace {

/// Code of the level nearest to x; a tie goes to the upper level.
std::uint32_t nearest_code(float x) {
  const auto above = std::upper_bound(kIq4Levels.begin(), kIq4Levels.end(), x);
  if (above == kIq4Levels.begin()) return 0;
  const auto i = static_cast<std::uint32_t>(above - kIq4Levels.begin());
  if (above == kIq4Levels.end()) return i - 1;
  return x - kIq4Levels[i - 1] < kIq4Levels[i] - x ? i - 1 : i;
}

/// Step that minimises sum w (x - step * level)^2 over the codes of trial steps extreme / (-127 +
/// i), i = -tries ... tries; with tries > 0 also the step that puts the extreme on +127.
float fit_levels(std::span<const float> x, std::span<const float> w, int tries) {
  const float extreme = signed_extreme(x);
  if (reciprocal(extreme) == 0) return 0;
  float step = extreme / kIq4Levels[0];
  double best = -1;
  const auto attempt = [&](float top) {
    const float inverse = top / extreme;
    double xl = 0;
    double l2 = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double level = kIq4Levels[nearest_code(inverse * x[i])];
      xl += double{w[i]} * double{x[i]} * level;
      l2 += double{w[i]} * level * level;
    }
    if (l2 > 0 && xl * xl > best * l2) {
      best = xl * xl / l2;
      step = static_cast<float>(xl / l2);
    }
  };
  if (tries > 0) attempt(-kIq4Levels[0]);
  for (int i = -tries; i <= tries; ++i) attempt(kIq4Levels[0] + static_cast<float>(i));
  return step;
}

/// Squares relative to the greatest magnitude.
template <std::size_t kSize>
std::array<float, kSize> squares(std::span<const float, kSize> x) {
  std::array<float, kSize> w{};
  const float inverse = reciprocal(std::abs(signed_extreme(x)));
  for (std::size_t i = 0; i < kSize; ++i) w[i] = (x[i] * inverse) * (x[i] * inverse);
  return w;
}

void write_codes(std::span<const float, 32> x, float step, std::span<std::byte, 16> out) {
  const float inverse = reciprocal(step);
  for (std::size_t i = 0; i < 16; ++i) {
    out[i] = nibbles(nearest_code(x[i] * inverse), nearest_code(x[i + 16] * inverse));
  }
}

void read_codes(std::span<const std::byte, 16> in, float step, std::span<float, 32> x) {
  for (std::size_t i = 0; i < 16; ++i) {
    x[i] = step * kIq4Levels[low_nibble(in[i])];
    x[i + 16] = step * kIq4Levels[high_nibble(in[i])];
  }
}

void write_nl(std::span<const float, 32> x, std::span<const float> w, int tries,
              std::span<std::byte, Iq4NlBlock::kBytes> out) {
  const float step = store_f16<0>(out, fit_levels(x, w, tries));
  write_codes(x, step, out.subspan<2, 16>());
}

void write_xs(std::span<const float, 256> x, std::span<const float> w,
              std::span<std::byte, Iq4XsBlock::kBytes> out) {
  constexpr std::size_t kParts = 8;
  std::array<float, kParts> steps{};
  for (std::size_t p = 0; p < kParts; ++p) {
    steps[p] = fit_levels(x.subspan(32 * p, 32), w.subspan(32 * p, 32), 7);
  }
  const float d = store_f16<0>(out, signed_extreme(steps) / -32);
  std::uint32_t high = 0;
  std::uint32_t low = 0;
  for (std::size_t p = 0; p < kParts; ++p) {
    const int scale = d == 0 ? 0 : nearest_within(steps[p] / d, -32, 31);
    const auto coded = static_cast<std::uint32_t>(scale + 32);
    low |= (coded & 15U) << (4 * p);
    high |= (coded >> 4) << (2 * p);
    write_codes(x.subspan(32 * p).first<32>(), d * static_cast<float>(scale),
                out.subspan(8 + 16 * p).first<16>());
  }
  store_bits<2>(out, high, 2);
  store_bits<4>(out, low, 4);
}

}  // namespace

void Iq4NlBlock::encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
  write_nl(x, squares(x), 0, out);
}
void Iq4NlBlock::encode_weighted(std::span<const float, kValues> x,
                                 std::span<const float, kValues> importance,
                                 std::span<std::byte, kBytes> out) {
  std::array<float, kValues> w;
  importance_weights(x, importance, 2, w);
  write_nl(x, w, 7, out);
}
void Iq4NlBlock::decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
  read_codes(in.subspan<2, 16>(), load_f16<0>(in), x);
}

void Iq4XsBlock::encode(std::span<const float, kValues> x, std::span<std::byte, kBytes> out) {
  write_xs(x, squares(x), out);
}
void Iq4XsBlock::encode_weighted(std::span<const float, kValues> x,
                                 std::span<const float, kValues> importance,
                                 std::span<std::byte, kBytes> out) {
  std::array<float, kValues> w;
  importance_weights(x, importance, 2, w);
  write_xs(x, w, out);
}
void Iq4XsBlock::decode(std::span<const std::byte, kBytes> in, std::span<float, kValues> x) {
  const float d = load_f16<0>(in);
  const std::uint32_t high = load_bits<2>(in, 2);
  const std::uint32_t low = load_bits<4>(in, 4);
  for (std::size_t p = 0; p < 8; ++p) {
    const std::uint32_t scale = ((low >> (4 * p)) & 15U) | ((high >> (2 * p)) & 3U) << 4;
    read_codes(in.subspan(8 + 16 * p).first<16>(), d * (static_cast<float>(scale) - 32),
               x.subspan(32 * p).first<32>());
  }
}

}  // namespace pare
