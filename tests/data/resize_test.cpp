#include "data/resize.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/rng.hpp"
#include "media/expect.hpp"

namespace pare {
namespace {

/// A fixed pattern: channel c at (x, y) is (37 x + 91 y + 13 x y + 50 c) mod 256.
Tensor pattern(std::int64_t height, std::int64_t width, std::int64_t channels) {
  std::vector<std::uint8_t> values;
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      for (std::int64_t c = 0; c < channels; ++c) {
        values.push_back(static_cast<std::uint8_t>((37 * x + 91 * y + 13 * x * y + 50 * c) % 256));
      }
    }
  }
  return Tensor::of<std::uint8_t>({height, width, channels}, values);
}

std::vector<int> channel(const Tensor& image, std::size_t c) {
  std::vector<int> values;
  const auto data = image.data<std::uint8_t>();
  for (std::size_t i = c; i < data.size(); i += static_cast<std::size_t>(image.dim(2))) {
    values.push_back(data[i]);
  }
  return values;
}

struct PillowCase {
  ResizeFilter filter;
  std::int64_t height;
  std::int64_t width;
  std::vector<int> red;
};

TEST(Resize, AntialiasedEqualsPillow94) {
  // Image.resize() of Pillow 9.4.0 on pattern(5, 7, 3), channel R.
  const std::vector<PillowCase> cases = {
      {ResizeFilter::bilinear, 3, 4, {61, 128, 127, 163, 151, 142, 148, 140, 106, 125, 142, 131}},
      {ResizeFilter::bilinear, 8, 9, {0,   25,  53,  82,  111, 140, 169, 197, 222, 40,  68,  101,
                                      135, 168, 114, 123, 155, 184, 97,  130, 163, 194, 233, 86,
                                      72,  107, 130, 154, 193, 160, 109, 154, 138, 166, 154, 75,
                                      130, 175, 149, 104, 156, 146, 180, 174, 101, 27,  78,  129,
                                      179, 237, 109, 114, 167, 206, 68,  124, 125, 110, 174, 152,
                                      112, 113, 168, 108, 167, 123, 50,  119, 188, 115, 71,  130}},
      {ResizeFilter::bilinear,
       2,
       7,
       {79, 129, 121, 171, 105, 155, 147, 87, 163, 99, 175, 135, 129, 147}},
      {ResizeFilter::bicubic, 3, 4, {57, 131, 126, 162, 155, 148, 148, 139, 103, 127, 143, 130}},
      {ResizeFilter::bicubic, 8, 9, {0,   15,  45,  73,  102, 145, 178, 207, 230, 31,  55,  96,
                                     139, 169, 107, 112, 159, 195, 95,  128, 166, 204, 240, 70,
                                     53,  105, 131, 170, 223, 169, 86,  144, 141, 188, 159, 49,
                                     137, 196, 153, 81,  145, 148, 206, 189, 84,  17,  66,  128,
                                     190, 243, 93,  98,  175, 217, 60,  125, 125, 103, 175, 157,
                                     98,  102, 178, 111, 188, 126, 22,  110, 213, 113, 50,  128}},
      {ResizeFilter::bicubic,
       2,
       7,
       {79, 127, 122, 170, 104, 160, 147, 91, 169, 96, 174, 138, 127, 144}},
      {ResizeFilter::nearest, 3, 4, {0, 74, 148, 222, 182, 52, 178, 48, 108, 30, 208, 130}}};
  for (const PillowCase& c : cases) {
    const Tensor out = resize_image(pattern(5, 7, 3), c.height, c.width, c.filter, true);
    EXPECT_EQ(out.shape(), (Shape{c.height, c.width, 3}));
    EXPECT_EQ(channel(out, 0), c.red) << c.height << " x " << c.width;
  }
}

/// Straight from the definition: every output pixel is a weighted mean of all input pixels, in
/// double, with the triangle widened by the reduction.
double mean_at(const Tensor& image, double oy, double ox, double sy, double sx) {
  const auto triangle = [](double x) { return std::max(0.0, 1 - std::abs(x)); };
  double sum = 0;
  double weights = 0;
  const auto data = image.data<std::uint8_t>();
  for (std::int64_t y = 0; y < image.dim(0); ++y) {
    for (std::int64_t x = 0; x < image.dim(1); ++x) {
      const double w =
          triangle((static_cast<double>(y) + 0.5 - (oy + 0.5) * sy) / std::max(sy, 1.0)) *
          triangle((static_cast<double>(x) + 0.5 - (ox + 0.5) * sx) / std::max(sx, 1.0));
      sum += w * data[static_cast<std::size_t>(y * image.dim(1) + x)];
      weights += w;
    }
  }
  return sum / weights;
}

TEST(Resize, AntialiasedBilinearIsTheWeightedMeanOfItsDefinition) {
  const Tensor image = pattern(23, 31, 1);
  const auto sizes = {std::pair<std::int64_t, std::int64_t>{10, 7}, {40, 50}, {23, 8}, {1, 1}};
  for (const auto& [height, width] : sizes) {
    const Tensor out = resize_image(image, height, width, ResizeFilter::bilinear, true);
    const auto data = out.data<std::uint8_t>();
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        const double want =
            mean_at(image, static_cast<double>(y), static_cast<double>(x),
                    23.0 / static_cast<double>(height), 31.0 / static_cast<double>(width));
        // Two roundings to 8 bits.
        ASSERT_NEAR(data[static_cast<std::size_t>(y * width + x)], want, 1.01);
      }
    }
  }
}

TEST(Resize, PlainBilinearInterpolatesBetweenPixelCentres) {
  // 0 and 100 stretched to four: centres at -0.25, 0.25, 0.75, 1.25 of the source, ends clamped.
  const Tensor image = Tensor::of<std::uint8_t>({1, 2, 1}, {0, 100});
  const Tensor out = resize_image(image, 1, 4, ResizeFilter::bilinear, false);
  EXPECT_EQ(channel(out, 0), (std::vector<int>{0, 25, 75, 100}));
  // Halving takes the mean of the two middle pixels of each four, and of nothing else.
  const Tensor wide = Tensor::of<std::uint8_t>({1, 8, 1}, {9, 10, 30, 9, 9, 50, 70, 9});
  const Tensor half = resize_image(wide, 1, 2, ResizeFilter::bilinear, false);
  EXPECT_EQ(channel(half, 0), (std::vector<int>{20, 60}));
}

TEST(Resize, PlainBicubicReproducesStraightLinesInside) {
  std::vector<std::uint8_t> ramp(20);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<std::uint8_t>(10 * i);
  const Tensor image = Tensor::of<std::uint8_t>({1, 20, 1}, ramp);
  const Tensor out = resize_image(image, 1, 40, ResizeFilter::bicubic, false);
  const auto data = out.data<std::uint8_t>();
  for (std::size_t i = 6; i < 34; ++i) {
    const double want = 10 * ((static_cast<double>(i) + 0.5) / 2 - 0.5);
    EXPECT_NEAR(data[i], want, 1.7) << i;  // a = -0.75 bends lines by up to 1.2, plus rounding
  }
}

TEST(Resize, OneColourStaysTheSame) {
  for (const bool antialias : {true, false}) {
    for (const auto filter :
         {ResizeFilter::nearest, ResizeFilter::bilinear, ResizeFilter::bicubic}) {
      for (const int value : {0, 1, 128, 255}) {
        const Tensor image = Tensor::of<std::uint8_t>(
            {9, 11, 1}, std::vector<std::uint8_t>(99, static_cast<std::uint8_t>(value)));
        for (const int v : channel(resize_image(image, 4, 17, filter, antialias), 0)) {
          ASSERT_EQ(v, value);
        }
      }
    }
  }
}

TEST(Resize, SameSizeIsTheSamePicture) {
  const Tensor image = pattern(6, 5, 3);
  EXPECT_TRUE(identical(resize_image(image, 6, 5, ResizeFilter::bicubic, true), image));
}

TEST(Resize, RefusesImpossibleSizes) {
  for (const std::int64_t side : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{70000}}) {
    expect_fault(Fault::usage,
                 [&] { resize_image(pattern(2, 2, 1), side, 2, ResizeFilter::bilinear, true); });
  }
}

TEST(Crop, TakesTheRectangleAndFillsTheOutside) {
  const Tensor image = Tensor::of<std::uint8_t>({2, 3, 1}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(channel(crop_image(image, {0, 1, 2, 2}, 9), 0), (std::vector<int>{2, 3, 5, 6}));
  EXPECT_EQ(channel(crop_image(image, {-1, -1, 3, 5}, 9), 0),
            (std::vector<int>{9, 9, 9, 9, 9, 9, 1, 2, 3, 9, 9, 4, 5, 6, 9}));
  EXPECT_EQ(channel(crop_image(image, {5, 0, 1, 2}, 7), 0), (std::vector<int>{7, 7}));
  EXPECT_EQ(channel(crop_image(image, {0, -5, 1, 2}, 7), 0), (std::vector<int>{7, 7}));
  EXPECT_EQ(channel(crop_image(image, {0, 8, 1, 2}, 7), 0), (std::vector<int>{7, 7}));
}

}  // namespace
}  // namespace pare
