#include "ops/op_test.hpp"

namespace pare {
namespace {

/// A binary pixmap of two pixels.
Tensor stream() {
  std::vector<std::uint8_t> bytes;
  for (const char c : std::string("P6 2 1 255\n")) bytes.push_back(static_cast<std::uint8_t>(c));
  for (const int v : {10, 20, 30, 200, 100, 0}) bytes.push_back(static_cast<std::uint8_t>(v));
  return Tensor::of<std::uint8_t>({static_cast<std::int64_t>(bytes.size())}, bytes);
}

Tensor decode(const std::string& format) {
  return run_op("ImageDecoder", {stream()}, {{"pixel_format", format}}).at(0);
}

TEST(ImageDecoder, OrdersChannelsAsAsked) {
  EXPECT_EQ(decode("RGB").shape(), (Shape{1, 2, 3}));
  EXPECT_EQ(decode("RGB").to_ints(), (std::vector<std::int64_t>{10, 20, 30, 200, 100, 0}));
  EXPECT_EQ(decode("BGR").to_ints(), (std::vector<std::int64_t>{30, 20, 10, 0, 100, 200}));
}

TEST(ImageDecoder, GreyIsTheWeightedSum) {
  // 0.299 R + 0.587 G + 0.114 B = 18.15 and 118.5, which 16-bit fixed point sees just below 118.5.
  const Tensor grey = decode("Grayscale");
  EXPECT_EQ(grey.shape(), (Shape{1, 2, 1}));
  EXPECT_EQ(grey.to_ints()[0], 18);
  EXPECT_NEAR(static_cast<double>(grey.to_ints()[1]), 118.5, 0.5);
}

TEST(ImageDecoder, BytesThatAreNoPictureGiveAnEmptyOne) {
  const Tensor bytes = Tensor::of<std::uint8_t>({2}, {1, 2});
  EXPECT_EQ(run_op("ImageDecoder", {bytes}).at(0).shape(), (Shape{0, 0, 3}));
  EXPECT_EQ(run_op("ImageDecoder", {bytes}, {{"pixel_format", "Grayscale"}}).at(0).shape(),
            (Shape{0, 0, 1}));
  const Tensor cut = run_op("ImageDecoder", {Tensor::of<std::uint8_t>({3}, {'P', '6', ' '})}).at(0);
  EXPECT_EQ(cut.shape(), (Shape{0, 0, 3}));
}

TEST(ImageDecoder, RefusesOtherFormatsAndRanks) {
  EXPECT_EQ(fault_of([] { decode("CMYK"); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_op("ImageDecoder", {stream().reshaped({1, 17})}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
