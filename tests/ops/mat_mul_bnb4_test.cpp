#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

// Both tables of bitsandbytes, four digits.
constexpr double kFp4[] = {0, 0.0052, 0.6667, 1, 0.3333, 0.5, 0.1667, 0.25};
constexpr double kNf4[] = {-1,     -0.6962, -0.5251, -0.3949, -0.2844, -0.1848, -0.0911, 0,
                           0.0796, 0.1609,  0.2461,  0.3379,  0.4407,  0.5626,  0.7230,  1};

double level(int type, unsigned code) {
  if (type == 1) return kNf4[code];
  return code < 8 ? kFp4[code] : -kFp4[code - 8];
}

class MatMulBnb4 : public testing::TestWithParam<int> {
 protected:
  int type = GetParam();
  // N = 3, K = 11: 33 codes in blocks of 16, an odd number
  static unsigned code(std::size_t i) { return static_cast<unsigned>((i * 7 + i / 16) % 16); }
  Tensor weights() {
    std::vector<std::uint8_t> bytes(17, 0);
    for (std::size_t i = 0; i < 33; ++i) {
      const unsigned half = i % 2 == 0 ? code(i) << 4U : code(i);
      bytes[i / 2] = static_cast<std::uint8_t>(bytes[i / 2] | half);
    }
    return Tensor::of<std::uint8_t>({17}, bytes);
  }
  double weight(std::size_t n, std::size_t k) const {
    const std::size_t i = n * 11 + k;
    return level(type, code(i)) * std::pow(2.0, i / 16);
  }
  Tensor peaks = Tensor::of<float>({3}, {1, 2, 4});
  Attributes attributes = {
      {"K", Int{11}}, {"N", Int{3}}, {"block_size", Int{16}}, {"quant_type", Int{type}}};
};

// Levels are known to 5e-5, absmax is at most 4, and 11 (3) products are added.
TEST_P(MatMulBnb4, MultipliesWithTheTransposedWeights) {
  const Tensor a = noise({2, 11}, 1);
  const Tensor y = run_contrib("MatMulBnb4", {a, weights(), peaks}, attributes)[0];
  ASSERT_EQ(y.shape(), (Shape{2, 3}));
  for (std::size_t i = 0; i < 6; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < 11; ++k) {
      sum += static_cast<double>(a.data<float>()[i / 3 * 11 + k]) * weight(i % 3, k);
    }
    EXPECT_NEAR(static_cast<double>(y.data<float>()[i]), sum, 11 * 4 * 5e-5) << i;
  }
}

TEST_P(MatMulBnb4, OrWithTheWeightsThemselves) {
  attributes.emplace("transB", Int{0});
  const Tensor a = noise({2, 3}, 1);
  const Tensor y = run_contrib("MatMulBnb4", {a, weights(), peaks}, attributes)[0];
  ASSERT_EQ(y.shape(), (Shape{2, 11}));
  for (std::size_t i = 0; i < 22; ++i) {
    double sum = 0;
    for (std::size_t n = 0; n < 3; ++n) {
      sum += static_cast<double>(a.data<float>()[i / 11 * 3 + n]) * weight(n, i % 11);
    }
    EXPECT_NEAR(static_cast<double>(y.data<float>()[i]), sum, 3 * 4 * 5e-5) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Types, MatMulBnb4, testing::Values(0, 1));

TEST(MatMulBnb4Shapes, WrongOnesAreCorrupt) {
  const auto run = [](const Shape& a, std::int64_t bytes, std::int64_t peaks, Int type) {
    return fault_of([&] {
      run_contrib("MatMulBnb4", {noise(a), Tensor(u8, {bytes}), ramp({peaks}, 1)},
                  {{"K", Int{11}}, {"N", Int{3}}, {"block_size", Int{16}}, {"quant_type", type}});
    });
  };
  EXPECT_EQ(run({2, 10}, 17, 3, 1), Fault::corrupt);
  EXPECT_EQ(run({2, 11}, 16, 3, 1), Fault::corrupt);
  EXPECT_EQ(run({2, 11}, 17, 2, 1), Fault::corrupt);
  EXPECT_EQ(run({2, 11}, 17, 3, 2), Fault::corrupt);
}

}  // namespace
}  // namespace pare
