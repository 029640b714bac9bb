#pragma once

#include <set>
#include <string>

#include "numerics/dtypes/oracle.hpp"

namespace pare::dtype_test {

/// A format that ONNX has no number for: name, bits per value, and that it has no scale of its own.
inline void expect_element(std::string_view name, double bits) {
  const DType type = dtype_by_name(name);
  ASSERT_TRUE(type.valid()) << name;
  EXPECT_EQ(type.name(), name);
  EXPECT_EQ(type.kind(), ElementKind::block);
  EXPECT_FALSE(type.info().own_scale);
  EXPECT_DOUBLE_EQ(type.bits_per_value(), bits);
  EXPECT_FALSE(type.info().source.empty());
}

/// A block whose bytes are `bytes`, decoded.
inline std::vector<float> decode_bytes(const DtypeInfo& info, const std::vector<unsigned>& bytes,
                                       std::size_t values) {
  std::vector<std::byte> in;
  for (const unsigned b : bytes) in.push_back(static_cast<std::byte>(b));
  std::vector<float> out(values, -99.0F);
  info.decode(in, out);
  return out;
}

/// The values encoded to `size` bytes that held ones before.
inline std::vector<unsigned> encode_bytes(const DtypeInfo& info, const std::vector<float>& values,
                                          std::size_t size) {
  std::vector<std::byte> out(size, std::byte{0xFF});
  info.encode(values, out);
  std::vector<unsigned> bytes;
  for (const std::byte b : out) bytes.push_back(std::to_integer<unsigned>(b));
  return bytes;
}

/// Blocks of random codes of `bits` bits each, in a stream whose bit k is bit k % 8 of byte k / 8:
/// decoded, encoded again, and cut short after any number of values.
inline void expect_bit_stream(std::string_view name, unsigned bits, const Definition& define) {
  const DtypeInfo& info = format(name);
  const std::size_t n = 5 * info.values;
  Rng rng(13);
  std::vector<std::uint32_t> codes(n);
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    do {
      codes[i] = static_cast<std::uint32_t>(rng.below(std::uint64_t{1} << bits));
      values[i] = static_cast<float>(define(codes[i]));
    } while (!std::isfinite(values[i]));
  }
  for (std::size_t used = 0; used <= n; ++used) {
    const std::size_t blocks = (used + info.values - 1) / info.values;
    std::vector<unsigned> stream(blocks * info.bytes, 0);
    for (std::size_t i = 0; i < used; ++i) {
      for (unsigned b = 0; b < bits; ++b) {
        const std::size_t at = i * bits + b;
        stream[at / 8] |= ((codes[i] >> b) & 1U) << (at % 8);
      }
    }
    const std::vector<float> part(values.begin(),
                                  values.begin() + static_cast<std::ptrdiff_t>(used));
    ASSERT_EQ(encode_bytes(info, part, stream.size()), stream) << name << " " << used;
    ASSERT_EQ(decode_bytes(info, stream, used), part) << name << " " << used;
  }
}

/// A table of 16 values by code: every code, ties, saturation and NaN (which becomes what 0 does).
inline void expect_table(std::string_view name, const std::vector<double>& table,
                         bool ties_to_zero) {
  const DtypeInfo& info = format(name);
  const auto define = [&](std::uint32_t code) { return double{static_cast<float>(table[code])}; };
  expect_every_code(name, 4, define);
  expect_round_trip(name, 4);
  expect_bit_stream(name, 4, define);
  auto all = ladder(4, define);
  const auto want = [&](double x) {
    double best = all.front().first;
    for (const auto& [value, code] : all) {
      const double gain = std::abs(x - best) - std::abs(x - value);
      const bool tie_goes_up = ties_to_zero && x < 0;
      if (gain > 0 || (gain == 0 && tie_goes_up)) best = value;
    }
    return best;
  };
  const auto coded = [&](float x) { return double{decode_one(info, encode_one(info, x))}; };
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    const auto middle = static_cast<float>((all[i].first + all[i + 1].first) / 2);
    for (const float x :
         {middle, std::nextafter(middle, -kInfinity), std::nextafter(middle, kInfinity)}) {
      ASSERT_EQ(coded(x), want(x)) << name << " of " << x;
    }
  }
  Rng rng(17);
  for (int i = 0; i < 20000; ++i) {
    const auto x = static_cast<float>(info.max) * (3 * rng.uniform() - 1.5F);
    ASSERT_EQ(coded(x), want(x)) << name << " of " << x;
  }
  for (const float x : {1e30F, kInfinity}) {
    EXPECT_EQ(coded(x), all.back().first);
    EXPECT_EQ(coded(-x), all.front().first);
  }
  EXPECT_EQ(encode_one(info, std::nanf("")), encode_one(info, 0.0F));
  EXPECT_EQ(info.min, all.front().first);
  EXPECT_EQ(info.max, all.back().first);
}

/// Integers -a..a as base-`count` digits of 64-bit words, the first value's the least significant.
inline void expect_levels(std::string_view name, unsigned count, std::size_t per_word) {
  const DtypeInfo& info = format(name);
  expect_element(name, 64.0 / static_cast<double>(per_word));
  ASSERT_EQ(info.values, per_word);
  ASSERT_EQ(info.bytes, 8U);
  // As many digits as fit: count^per_word <= 2^64 < count^(per_word + 1).
  const double digits = 64 / std::log2(static_cast<double>(count));
  ASSERT_EQ(static_cast<std::size_t>(digits), per_word);

  const int most = static_cast<int>(count / 2);
  EXPECT_EQ(info.min, -most);
  EXPECT_EQ(info.max, most);
  std::vector<std::pair<double, std::uint32_t>> all;
  for (int v = -most; v <= most; ++v) {
    all.emplace_back(v, static_cast<std::uint32_t>(std::abs(v)));
    const auto digit = static_cast<std::uint32_t>(v + most);
    ASSERT_EQ(decode_one(info, digit), static_cast<float>(v)) << name;
    ASSERT_EQ(encode_one(info, static_cast<float>(v)), digit) << name;
  }
  Rng rng(19);
  for (int i = 0; i < 20000; ++i) {
    const float x = i < 4 * most ? static_cast<float>(i) / 2 - static_cast<float>(most)
                                 : static_cast<float>(most) * (2.2F * rng.uniform() - 1.1F);
    ASSERT_EQ(decode_one(info, encode_one(info, x)), nearest(all, x)) << name << " of " << x;
  }
  expect_integer_edges_but_nan(name);
  EXPECT_EQ(decode_one(info, encode_one(info, std::nanf(""))), 0.0F);

  const std::size_t n = 3 * per_word;
  std::vector<std::uint32_t> drawn(n);
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    drawn[i] = static_cast<std::uint32_t>(i < per_word ? count - 1 : rng.below(count));
    values[i] = static_cast<float>(static_cast<int>(drawn[i]) - most);
  }
  for (std::size_t used = 0; used <= n; ++used) {
    const std::size_t words = (used + per_word - 1) / per_word;
    std::vector<unsigned> bytes;
    for (std::size_t w = 0; w < words; ++w) {
      std::uint64_t word = 0;  // Horner's rule, from the last digit to the first
      for (std::size_t i = std::min(used, (w + 1) * per_word); i > w * per_word; --i) {
        word = word * count + drawn[i - 1];
      }
      for (unsigned b = 0; b < 8; ++b) {
        bytes.push_back(static_cast<unsigned>((word >> (8 * b)) & 0xFFU));
      }
    }
    const std::vector<float> part(values.begin(),
                                  values.begin() + static_cast<std::ptrdiff_t>(used));
    ASSERT_EQ(encode_bytes(info, part, bytes.size()), bytes) << name << " " << used;
    ASSERT_EQ(decode_bytes(info, bytes, used), part) << name << " " << used;
  }
}

}  // namespace pare::dtype_test
