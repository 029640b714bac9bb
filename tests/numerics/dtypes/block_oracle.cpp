#include "numerics/dtypes/block_oracle.hpp"

namespace pare::dtype_test {
namespace {

void expect_padding(const DtypeInfo& info) {
  std::vector<float> x;
  for (std::size_t i = 0; i < info.values / 2 + 3; ++i) x.push_back(std::sin(1.0F + 0.5F * i));
  std::vector<float> padded = x;
  padded.resize(info.values, 0.0F);
  EXPECT_EQ(encode_all(info, x), encode_all(info, padded)) << info.name;
  // A decoder may be asked for fewer values than the block holds.
  const std::vector<float> whole = decode_all(info, encode_all(info, x));
  std::vector<float> some(x.size() + 1, -77.0F);
  info.decode(raw(encode_all(info, x)), std::span(some).first(x.size()));
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(some[i], whole[i]) << info.name << " " << i;
  EXPECT_EQ(some.back(), -77.0F) << info.name;
}

void expect_hostile_bytes(const DtypeInfo& info) {
  Rng rng(5);
  for (int round = 0; round < 300; ++round) {
    Bytes bytes(2 * info.bytes + 1);
    for (std::uint8_t& b : bytes) {
      b = round < 256 ? static_cast<std::uint8_t>(round) : static_cast<std::uint8_t>(rng.next());
    }
    std::vector<float> x(3 * info.values, -77.0F);
    info.decode(raw(bytes), x);
    for (std::size_t i = 2 * info.values; i < x.size(); ++i) ASSERT_EQ(x[i], -77.0F) << info.name;
    bytes.resize(info.bytes - 1);
    info.decode(raw(bytes), std::span(x).last(info.values));
    ASSERT_EQ(x.back(), -77.0F) << info.name;
  }
}

void expect_extremes(const DtypeInfo& info) {
  const auto top = static_cast<float>(info.max);
  std::vector<float> x(info.values, 0.0F);
  for (const float sign : {1.0F, -1.0F}) {
    x[1] = sign * HUGE_VALF;
    const Bytes of_infinity = encode_all(info, x);
    x[1] = sign * top;
    EXPECT_EQ(of_infinity, encode_all(info, x)) << info.name;
    const std::vector<float> y = decode_all(info, of_infinity);
    // The largest step of these formats is that of 2 bits: a third of the range.
    EXPECT_NEAR(y[1] / top, sign, 0.34) << info.name;
    for (const float v : y) EXPECT_TRUE(std::isfinite(v)) << info.name;
  }
  // Values so small that a float16 step is zero, and the smallest floats.
  for (const float tiny : {1e-9F, 1e-20F, 1e-38F, 1e-45F}) {
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = (i % 2 == 0 ? tiny : -tiny);
    for (const float v : decode_all(info, encode_all(info, x))) {
      EXPECT_TRUE(std::isfinite(v)) << info.name << " of " << tiny;
      EXPECT_LE(std::abs(v), 0x1.0p-9F * 0.51F) << info.name << " of " << tiny;
    }
  }
}

}  // namespace

void expect_block_format(std::string_view name, std::size_t values, std::size_t bytes,
                         double bits) {
  const DtypeInfo& info = format(name);
  EXPECT_EQ(info.kind, ElementKind::block);
  EXPECT_EQ(info.values, values);
  EXPECT_EQ(info.bytes, bytes);
  EXPECT_EQ(dtype_by_name(name).bits_per_value(), bits);
  EXPECT_TRUE(info.own_scale);
  EXPECT_FALSE(info.source.empty());
  for (const float v : round_trip(info, std::vector<float>(2 * values, 0.0F))) EXPECT_EQ(v, 0.0F);
  EXPECT_EQ(round_trip(info, {}).size(), 0U);
  expect_padding(info);
  expect_hostile_bytes(info);
  expect_extremes(info);
}

void expect_random_blocks(std::string_view name, const std::function<void(Bytes&)>& fix,
                          const std::function<double(const Bytes&, std::size_t)>& define) {
  const DtypeInfo& info = format(name);
  Rng rng(17);
  for (int round = 0; round < 100; ++round) {
    Bytes block(info.bytes);
    for (std::uint8_t& b : block) b = static_cast<std::uint8_t>(rng.next());
    fix(block);
    const std::vector<float> x = decode_all(info, block);
    for (std::size_t i = 0; i < info.values; ++i) {
      const double want = define(block, i);
      if (std::isnan(want)) {
        ASSERT_TRUE(std::isnan(x[i])) << name << " value " << i;
      } else {
        ASSERT_EQ(x[i], static_cast<float>(want)) << name << " value " << i;
      }
    }
  }
}

void expect_nan_is_zero(std::string_view name) {
  const DtypeInfo& info = format(name);
  std::vector<float> x = samples(0, info.values);
  x[3] = std::nanf("");
  const Bytes with_nan = encode_all(info, x);
  x[3] = 0;
  EXPECT_EQ(with_nan, encode_all(info, x)) << name;
  const std::vector<float> all(info.values, std::nanf(""));
  for (const float v : round_trip(info, all)) EXPECT_EQ(v, 0.0F) << name;
}

void expect_nan_fills_block(std::string_view name) {
  const DtypeInfo& info = format(name);
  std::vector<float> x = samples(0, 2 * info.values);
  x[3] = -std::nanf("");
  const std::vector<float> y = round_trip(info, x);
  for (std::size_t i = 0; i < y.size(); ++i) {
    EXPECT_EQ(std::isnan(y[i]), i < info.values) << name << " value " << i;
  }
}

void expect_ggml_error_below(std::string_view name, double limit) {
  std::vector<float> x;
  for (int i = 0; i < 4096; ++i)
    x.push_back(static_cast<float>(0.1 + 2 * std::cos(static_cast<double>(i))));
  const std::vector<float> y = round_trip(format(name), x);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += std::pow(double{x[i]} - double{y[i]}, 2);
  EXPECT_LT(std::sqrt(sum) / static_cast<double>(x.size()), limit) << name;
}

std::vector<float> samples(int degrees, std::size_t n) {
  Rng rng(2024, static_cast<std::uint64_t>(degrees));
  std::vector<float> x(n);
  for (float& v : x) {
    v = rng.normal();
    if (degrees == 0) continue;
    double chi = 0;
    for (int k = 0; k < degrees; ++k) chi += std::pow(double{rng.normal()}, 2);
    v = static_cast<float>(v / std::sqrt(chi / degrees));
  }
  return x;
}

double sqnr_db(const std::vector<float>& x, const std::vector<float>& y) {
  double signal = 0;
  double noise = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    signal += double{x[i]} * double{x[i]};
    noise += (double{x[i]} - double{y[i]}) * (double{x[i]} - double{y[i]});
  }
  return 10 * std::log10(signal / noise);
}

}  // namespace pare::dtype_test
