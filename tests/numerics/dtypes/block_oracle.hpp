#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string_view>
#include <vector>

#include "base/rng.hpp"
#include "numerics/dtypes/oracle.hpp"

namespace pare::dtype_test {

using Bytes = std::vector<std::uint8_t>;

inline std::vector<std::byte> raw(const Bytes& bytes) {
  std::vector<std::byte> out;
  for (const std::uint8_t b : bytes) out.push_back(std::byte{b});
  return out;
}

inline std::vector<float> decode_all(const DtypeInfo& info, const Bytes& bytes) {
  std::vector<float> x(bytes.size() / info.bytes * info.values, -77.0F);
  info.decode(raw(bytes), x);
  return x;
}

inline Bytes encode_all(const DtypeInfo& info, const std::vector<float>& x) {
  std::vector<std::byte> out((x.size() + info.values - 1) / info.values * info.bytes,
                             std::byte{0xA5});
  info.encode(x, out);
  Bytes bytes;
  for (const std::byte b : out) bytes.push_back(std::to_integer<std::uint8_t>(b));
  return bytes;
}

inline std::vector<float> round_trip(const DtypeInfo& info, const std::vector<float>& x) {
  std::vector<float> y = decode_all(info, encode_all(info, x));
  y.resize(x.size());
  return y;
}

/// Value of binary16 bits, by its definition.
inline double half_value(unsigned bits) { return float_value(bits, 5, 10, 15); }
inline double half_at(const Bytes& b, std::size_t at) {
  return half_value(b[at] + 256U * b[at + 1]);
}

/// Value of an E8M0 byte below 255.
inline double e8m0_value(unsigned code) { return std::ldexp(1.0, static_cast<int>(code) - 127); }

/// E2M1 and E4M3FN values (NaN for the latter's code 0x7F), by their definitions.
inline double e2m1_value(unsigned code) { return float_value(code, 2, 1, 1); }
inline double e4m3_value(unsigned code) {
  return (code & 0x7FU) == 0x7FU ? std::nan("") : float_value(code, 4, 3, 7);
}

/// Name, layout size and the claims that hold for every block format: zeros stay zeros, a short
/// block is padded with zeros, infinity is the greatest value, any bytes decode, nothing is written
/// beyond the blocks given.
void expect_block_format(std::string_view name, std::size_t values, std::size_t bytes, double bits);

/// Decodes blocks of random bytes, changed by `fix` (to set scales), and compares each value with
/// what `define(bytes of the block, index)` computes in double: equal after rounding to float.
void expect_random_blocks(std::string_view name, const std::function<void(Bytes&)>& fix,
                          const std::function<double(const Bytes&, std::size_t)>& define);

/// A NaN does what a 0 in its place would.
void expect_nan_is_zero(std::string_view name);
/// A NaN makes its whole block NaN and leaves the next one alone.
void expect_nan_fills_block(std::string_view name);

/// ggml's own test: sqrt(sum of squared errors) / n on x_i = 0.1 + 2 cos(i), n = 4096.
void expect_ggml_error_below(std::string_view name, double limit);

/// Samples of N(0,1) or of Student's t with that many degrees of freedom (0: normal).
std::vector<float> samples(int degrees, std::size_t n);
/// Signal to quantization noise in dB.
double sqnr_db(const std::vector<float>& x, const std::vector<float>& y);

}  // namespace pare::dtype_test
