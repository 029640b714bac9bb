#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

Tensor indices(Shape shape, const std::vector<std::int64_t>& values) {
  return Tensor::of<std::int64_t>(std::move(shape), values);
}

/// Code of row r, column c of a table [3, 40].
int code_at(std::size_t r, std::size_t c, int bits) {
  return static_cast<int>((r * 13 + c * 5 + c * c) % (std::size_t{1} << bits));
}
float scale_at(std::size_t r, std::size_t b) { return 0.5F * static_cast<float>(1 + r * 3 + b); }

const Tensor kScales = Tensor::of<float>(
    {3, 3}, {0.5F, 1, 1.5F, 2, 2.5F, 3, 3.5F, 4, 4.5F});  // blocks of 16, the last half full

class GatherBlockQuantized : public testing::TestWithParam<int> {
 protected:
  int bits = GetParam();
  /// Packed with low bits first, [3, 40 * bits / 8].
  Tensor packed() const {
    const auto each = static_cast<std::size_t>(8 / bits);
    std::vector<std::uint8_t> bytes;
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t c = 0; c < 40; c += each) {
        int byte = 0;
        for (std::size_t k = each; k-- > 0;) byte = (byte << bits) | code_at(r, c + k, bits);
        bytes.push_back(static_cast<std::uint8_t>(byte));
      }
    }
    return Tensor::of<std::uint8_t>({3, 5 * bits}, bytes);
  }
  Attributes attributes = {{"block_size", Int{16}}, {"bits", Int{bits}}};
};

TEST_P(GatherBlockQuantized, RowsOfPackedBytes) {
  const Tensor y = run_contrib("GatherBlockQuantized",
                               {packed(), indices({2, 2}, {2, 0, -2, 7}), kScales}, attributes)[0];
  ASSERT_EQ(y.shape(), (Shape{2, 2, 40}));
  std::vector<float> want;
  for (const std::size_t r : {2U, 0U, 1U}) {
    for (std::size_t c = 0; c < 40; ++c) {
      want.push_back(static_cast<float>(code_at(r, c, bits) - (1 << (bits - 1))) *
                     scale_at(r, c / 16));
    }
  }
  want.resize(160, 0.0F);  // an index outside
  expect_close(y, want, 0);
}

TEST_P(GatherBlockQuantized, PackedZeroPoints) {
  // zero points 1, 0, 1 of every row
  std::vector<std::uint8_t> zeros;
  const int row = (3 * bits + 7) / 8;
  for (int r = 0; r < 3; ++r) {
    const int all = 1 | (1 << (2 * bits));
    for (int k = 0; k < row; ++k)
      zeros.push_back(static_cast<std::uint8_t>((all >> (8 * k)) & 255));
  }
  const Tensor y =
      run_contrib("GatherBlockQuantized",
                  {packed(), indices({1}, {1}), kScales, Tensor::of<std::uint8_t>({3, row}, zeros)},
                  attributes)[0];
  std::vector<float> want;
  for (std::size_t c = 0; c < 40; ++c) {
    want.push_back(static_cast<float>(code_at(1, c, bits) - (c / 16 == 1 ? 0 : 1)) *
                   scale_at(1, c / 16));
  }
  expect_close(y, want, 0);
}

INSTANTIATE_TEST_SUITE_P(Widths, GatherBlockQuantized, testing::Values(2, 4, 8));

TEST(GatherBlockQuantizedTypes, SignedFourBitsAlongAnyAxes) {
  std::vector<int> values;
  for (int i = 0; i < 3 * 17; ++i) values.push_back(i * 7 % 16 - 8);
  const Tensor data = codes(i8, {17, 3}, values).cast(dtype_of(i4));
  const Tensor scales = Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor y =
      run_contrib("GatherBlockQuantized", {data, indices({2}, {2, 0}), scales},
                  {{"block_size", Int{16}}, {"gather_axis", Int{1}}, {"quantize_axis", Int{0}}})[0];
  ASSERT_EQ(y.shape(), (Shape{17, 2}));
  std::vector<float> want;
  for (int r = 0; r < 17; ++r) {
    const float lower = r < 16 ? 0 : 3;
    want.push_back(static_cast<float>((r * 3 + 2) * 7 % 16 - 8) * (3 + lower));
    want.push_back(static_cast<float>(r * 3 * 7 % 16 - 8) * (1 + lower));
  }
  expect_close(y, want, 0);
}

TEST(GatherBlockQuantizedTypes, EightBitFloatsWithOneScale) {
  const Tensor data = Tensor::of<float>({2, 2}, {1, -2, 0.5F, 448}).cast(dtype_of(f8e4m3fn));
  const Tensor y =
      run_contrib("GatherBlockQuantized", {data, indices({}, {1}), Tensor::of<float>({1, 1}, {3})},
                  {{"block_size", Int{0}}})[0];
  ASSERT_EQ(y.shape(), (Shape{2}));
  expect_close(y, {1.5F, 1344}, 0);
}

TEST(GatherBlockQuantizedTypes, WrongShapesAndSizesAreCorrupt) {
  const auto run = [](const Tensor& data, const Shape& scales, const Attributes& attributes) {
    return fault_of([&] {
      run_contrib("GatherBlockQuantized", {data, indices({1}, {0}), ramp(scales, 1)}, attributes);
    });
  };
  const Tensor data(u8, {2, 8});
  const Attributes good = {{"block_size", Int{16}}};
  EXPECT_EQ(run(data, {2, 2}, good), Fault::corrupt);
  EXPECT_EQ(run(data, {2}, good), Fault::corrupt);
  EXPECT_EQ(run(data, {1, 1}, good), Fault::corrupt);  // only float types have one for all
  EXPECT_EQ(run(data, {2, 1}, {{"block_size", Int{0}}}), Fault::corrupt);
  EXPECT_EQ(run(data, {2, 1}, {{"block_size", Int{16}}, {"bits", Int{3}}}), Fault::corrupt);
  EXPECT_EQ(run(data, {2, 1}, {{"block_size", Int{16}}, {"gather_axis", Int{1}}}), Fault::corrupt);
  EXPECT_EQ(run(data, {2, 1}, {{"block_size", Int{16}}, {"quantize_axis", Int{0}}}),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
