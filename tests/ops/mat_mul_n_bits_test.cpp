#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

constexpr std::size_t kK = 40;  // three blocks of 16, the last one half full
constexpr std::size_t kN = 3;
constexpr std::size_t kBlocks = 3;

/// Codes written down bit by bit, low bits first.
struct Bits {
  std::vector<std::uint8_t> bytes;
  std::size_t used = 0;
  void put(unsigned code, unsigned bits) {
    for (unsigned b = 0; b < bits; ++b, ++used) {
      if (used % 8 == 0) bytes.push_back(0);
      bytes.back() = static_cast<std::uint8_t>(bytes.back() | ((code >> b) & 1U) << (used % 8));
    }
  }
  void fill_byte() { used = bytes.size() * 8; }
};

unsigned code_at(std::size_t n, std::size_t k, unsigned bits) {
  return static_cast<unsigned>((n * 37 + k * 11 + k * k) % (std::size_t{1} << bits));
}
unsigned zero_at(std::size_t n, std::size_t b, unsigned bits) {
  return static_cast<unsigned>((n * 5 + b * 3 + 1) % (std::size_t{1} << bits));
}
float scale_at(std::size_t n, std::size_t b) { return 0.25F * static_cast<float>(1 + n + 2 * b); }

class MatMulNBits : public testing::TestWithParam<unsigned> {
 protected:
  MatMulNBits() {
    Bits packed;
    Bits packed_zeros;
    std::vector<float> s;
    std::vector<float> z;
    for (std::size_t n = 0; n < kN; ++n) {
      for (std::size_t k = 0; k < kBlocks * 16; ++k) {
        packed.put(k < kK ? code_at(n, k, bits) : 0, bits);
      }
      for (std::size_t b = 0; b < kBlocks; ++b) {
        packed_zeros.put(zero_at(n, b, bits), bits);
        s.push_back(scale_at(n, b));
        z.push_back(static_cast<float>(zero_at(n, b, bits)) + 0.5F);
      }
      packed_zeros.fill_byte();
    }
    weights = Tensor::of<std::uint8_t>({3, 3, 2 * bits}, packed.bytes);
    const auto row = static_cast<std::int64_t>(packed_zeros.bytes.size()) / 3;
    zeros = Tensor::of<std::uint8_t>({3, row}, packed_zeros.bytes);
    float_zeros = Tensor::of<float>({3, 3}, z);
    scales = Tensor::of<float>({3, 3}, s);
    attributes = {{"K", Int{40}}, {"N", Int{3}}, {"block_size", Int{16}}, {"bits", Int{bits}}};
  }

  /// `zero(n, block)`, `block(k)`.
  template <class Zero, class Block>
  void expect_product(const std::vector<Tensor>& inputs, Zero zero, Block block, float add = 0) {
    const Tensor y = run_contrib("MatMulNBits", inputs, attributes)[0];
    ASSERT_EQ(y.shape(), (Shape{2, 2, 3}));
    std::vector<float> want;
    for (std::size_t i = 0; i < 12; ++i) {
      const std::size_t n = i % 3;
      double sum = 0;
      for (std::size_t k = 0; k < kK; ++k) {
        const std::size_t b = block(k);
        sum += static_cast<double>(a.data<float>()[i / 3 * kK + k]) *
               (code_at(n, k, bits) - zero(n, b)) * static_cast<double>(scale_at(n, b));
      }
      want.push_back(static_cast<float>(sum) + add * static_cast<float>(n));
    }
    expect_close(y, want, 1e-6F);
  }

  unsigned bits = GetParam();
  Tensor a = noise({2, 2, 40}, 3);
  Tensor weights, zeros, float_zeros, scales;
  Attributes attributes;
};

std::size_t in_order(std::size_t k) { return k / 16; }

TEST_P(MatMulNBits, TheMiddleIsZeroByDefault) {
  expect_product(
      {a, weights, scales}, [&](std::size_t, std::size_t) { return std::pow(2.0, bits - 1); },
      in_order);
  expect_product(
      {a, weights, scales.reshaped({9})},
      [&](std::size_t, std::size_t) { return std::pow(2.0, bits - 1); }, in_order);
}

TEST_P(MatMulNBits, PackedZeroPointsAndBias) {
  expect_product(
      {a, weights, scales, zeros, {}, ramp({3}, 0, 10)},
      [&](std::size_t n, std::size_t b) { return double{1} * zero_at(n, b, bits); }, in_order, 10);
}

TEST_P(MatMulNBits, FloatZeroPointsAndGroupIndices) {
  std::vector<std::int32_t> groups;
  for (std::size_t k = 0; k < kK; ++k) groups.push_back(static_cast<std::int32_t>(k % 3));
  expect_product(
      {a, weights, scales, float_zeros, Tensor::of<std::int32_t>({40}, groups)},
      [&](std::size_t n, std::size_t b) { return 0.5 + zero_at(n, b, bits); },
      [](std::size_t k) { return k % 3; });
}

TEST_P(MatMulNBits, WrongSizesAreCorrupt) {
  const auto run = [&](const std::vector<Tensor>& inputs) {
    return fault_of([&] { run_contrib("MatMulNBits", inputs, attributes); });
  };
  EXPECT_EQ(run({noise({2, 41}), weights, scales}), Fault::corrupt);
  EXPECT_EQ(run({a, weights.reshaped({weights.size()}), ramp({2, 3})}), Fault::corrupt);
  EXPECT_EQ(run({a, Tensor(u8, {3, 2, 2 * bits}), scales}), Fault::corrupt);
  EXPECT_EQ(run({a, weights, scales, Tensor(u8, {3, 40})}), Fault::corrupt);
  EXPECT_EQ(run({a, weights, scales, {}, Tensor(i32, {39})}), Fault::corrupt);
  const Tensor outside = Tensor::of<std::int32_t>({40}, std::vector<std::int32_t>(40, 3));
  EXPECT_EQ(run({a, weights, scales, {}, outside}), Fault::corrupt);
  EXPECT_EQ(run({a, weights, scales, {}, {}, ramp({2})}), Fault::corrupt);
  attributes["block_size"] = Int{24};
  EXPECT_EQ(run({a, weights, scales}), Fault::corrupt);
  attributes["block_size"] = Int{16};
  attributes["bits"] = Int{3};
  EXPECT_EQ(run({a, weights, scales}), Fault::corrupt);
}

INSTANTIATE_TEST_SUITE_P(Widths, MatMulNBits, testing::Values(2U, 4U, 8U));

TEST(MatMulNBitsShapes, PrepackedWeightsAreUnsupported) {
  EXPECT_EQ(
      fault_of([] {
        run_contrib(
            "MatMulNBits", {noise({1, 16}), Tensor(u8, {1, 1, 8}), ramp({1, 1}, 1)},
            {{"K", Int{16}}, {"N", Int{1}}, {"block_size", Int{16}}, {"weight_prepacked", Int{1}}});
      }),
      Fault::unsupported);
}

}  // namespace
}  // namespace pare
