#include "media/image.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstdio>
// jpeglib.h needs <cstdio>.
#include <jpeglib.h>

#include "base/rng.hpp"
#include "base/temp_dir.hpp"
#include "media/expect.hpp"

namespace pare {
namespace {

const Bytef* as_zlib(const std::string& text) {
  return static_cast<const Bytef*>(static_cast<const void*>(text.data()));
}

std::string be32(std::uint64_t v) {
  return raw({static_cast<int>(v >> 24 & 255), static_cast<int>(v >> 16 & 255),
              static_cast<int>(v >> 8 & 255), static_cast<int>(v & 255)});
}

std::string chunk(const std::string& kind, const std::string& data) {
  const std::string body = kind + data;
  return be32(data.size()) + body + be32(crc32(0, as_zlib(body), static_cast<uInt>(body.size())));
}

struct PngHead {
  unsigned width = 2;
  unsigned height = 2;
  int depth = 8;
  int colour = 2;
  int interlace = 0;
};

/// A PNG file put together by hand; `rows` holds the filter byte of every row too.
std::string png(const PngHead& head, const std::string& rows, const std::string& extra = {}) {
  std::string packed(compressBound(rows.size()), '\0');
  uLongf size = packed.size();
  EXPECT_EQ(compress(static_cast<Bytef*>(static_cast<void*>(packed.data())), &size, as_zlib(rows),
                     rows.size()),
            Z_OK);
  packed.resize(size);
  return raw({0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'}) +
         chunk("IHDR", be32(head.width) + be32(head.height) +
                           raw({head.depth, head.colour, 0, 0, head.interlace})) +
         extra + chunk("IDAT", packed) + chunk("IEND", "");
}

std::vector<int> pixels(const Tensor& image) {
  const auto data = image.data<std::uint8_t>();
  return {data.begin(), data.end()};
}

Tensor decode(const std::string& file) { return decode_image(bytes_of(file)); }

const std::string kRgbRows = raw({0, 1, 2, 3, 4, 5, 6, 0, 7, 8, 9, 250, 251, 252});

TEST(Png, ReadsColourByHand) {
  const Tensor image = decode(png({}, kRgbRows));
  EXPECT_EQ(image.shape(), (Shape{2, 2, 3}));
  EXPECT_EQ(pixels(image), (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 250, 251, 252}));
}

TEST(Png, UndoesRowFilters) {
  // Row 0: Sub (each byte plus the one 3 before); row 1: Up.
  const Tensor image = decode(png({}, raw({1, 10, 20, 30, 1, 1, 1, 2, 5, 5, 5, 5, 5, 5})));
  EXPECT_EQ(pixels(image), (std::vector<int>{10, 20, 30, 11, 21, 31, 15, 25, 35, 16, 26, 36}));
}

TEST(Png, GreyStaysOneChannelAndSmallDepthsSpread) {
  const Tensor grey = decode(png({.colour = 0}, raw({0, 5, 6, 0, 7, 8})));
  EXPECT_EQ(grey.shape(), (Shape{2, 2, 1}));
  EXPECT_EQ(pixels(grey), (std::vector<int>{5, 6, 7, 8}));
  const Tensor bits =
      decode(png({.width = 8, .height = 1, .depth = 1, .colour = 0}, raw({0, 0xA5})));
  EXPECT_EQ(pixels(bits), (std::vector<int>{255, 0, 255, 0, 0, 255, 0, 255}));
}

TEST(Png, ExpandsPalettesAndDropsTransparency) {
  const std::string palette = chunk("PLTE", raw({1, 2, 3, 200, 100, 50})) + chunk("tRNS", raw({0}));
  const Tensor image = decode(png({.width = 2, .height = 1, .colour = 3}, raw({0, 1, 0}), palette));
  EXPECT_EQ(pixels(image), (std::vector<int>{200, 100, 50, 1, 2, 3}));
  const Tensor alpha = decode(png({.width = 1, .height = 1, .colour = 6}, raw({0, 9, 8, 7, 0})));
  EXPECT_EQ(pixels(alpha), (std::vector<int>{9, 8, 7}));
}

TEST(Png, SixteenBitsKeepTheirHighByte) {
  const Tensor image = decode(
      png({.width = 1, .height = 1, .depth = 16, .colour = 2}, raw({0, 10, 255, 20, 0, 30, 128})));
  EXPECT_EQ(pixels(image), (std::vector<int>{10, 20, 30}));
}

TEST(Png, GammaAndProfilesDoNotChangeValues) {
  EXPECT_EQ(pixels(decode(png({}, kRgbRows, chunk("gAMA", be32(100000))))),
            pixels(decode(png({}, kRgbRows))));
}

TEST(Png, ReadsInterlacedFiles) {
  // 2 x 2, Adam7: pass 1 holds (0,0), pass 6 holds (1,0), pass 7 the second row.
  const Tensor image =
      decode(png({.colour = 0, .interlace = 1}, raw({0, 11}) + raw({0, 12}) + raw({0, 13, 14})));
  EXPECT_EQ(pixels(image), (std::vector<int>{11, 12, 13, 14}));
}

TEST(Png, HugePicturesAreRefusedBeforeAnythingIsAllocated) {
  for (const auto& head : {PngHead{.width = 900'000, .height = 900'000}, PngHead{.width = 40000},
                           PngHead{.width = 32000, .height = 32000}}) {
    expect_fault(Fault::resource, [&] { decode(png(head, kRgbRows)); });
  }
}

TEST(Png, ClaimsThatTheFileCannotHoldAreRefused) {
  const std::string text =
      expect_fault(Fault::corrupt, [] { decode(png({.width = 9000, .height = 9000}, kRgbRows)); });
  EXPECT_NE(text.find("cannot hold 9000 x 9000"), std::string::npos) << text;
}

TEST(Png, BrokenFilesAreCorruptAndSayWhy) {
  const std::string good = png({}, kRgbRows);
  const auto cut = [&](std::size_t n) { decode(good.substr(0, n)); };
  EXPECT_NE(expect_fault(Fault::corrupt, [&] { cut(good.size() - 20); }).find("ends too early"),
            std::string::npos);
  std::string crc = good;
  crc[good.find("IDAT") + 6] ^= 1;
  expect_fault(Fault::corrupt, [&] { decode(crc); });
  expect_fault(Fault::corrupt, [&] { decode(png({.width = 0}, kRgbRows)); });
  expect_fault(Fault::corrupt, [&] { decode(png({.height = 3}, kRgbRows)); });
}

TEST(Png, SurvivesEveryPrefixAndEveryFlippedBit) {
  expect_robust(png({}, kRgbRows), [](auto bytes) { decode_image(bytes); });
}

TEST(Png, WhatIsWrittenReadsBack) {
  const TempDir dir;
  const Tensor colour = decode(png({}, kRgbRows));
  write_png(dir.at("a.png"), colour, false);
  EXPECT_TRUE(identical(read_image(dir.at("a.png")), colour));
  const Tensor grey = Tensor::of<std::uint8_t>({1, 3, 1}, {1, 2, 3});
  write_png(dir.at("b.png"), grey, false);
  EXPECT_TRUE(identical(read_image(dir.at("b.png")), grey));
  expect_fault(Fault::usage, [&] {
    write_png(dir.at("c.png"), Tensor::of<std::uint8_t>({1, 1, 2}, {1, 2}), false);
  });
}

/// A JPEG file made with libjpeg's encoder.
std::string jpeg(const std::vector<std::uint8_t>& values, int width, int components,
                 bool progressive = false) {
  jpeg_compress_struct codec{};
  jpeg_error_mgr errors{};
  codec.err = jpeg_std_error(&errors);
  jpeg_create_compress(&codec);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&codec, &out, &size);
  codec.image_width = static_cast<JDIMENSION>(width);
  codec.image_height =
      static_cast<JDIMENSION>(values.size() / static_cast<std::size_t>(width * components));
  codec.input_components = components;
  codec.in_color_space = components == 1 ? JCS_GRAYSCALE : components == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, 100, TRUE);
  if (progressive) jpeg_simple_progression(&codec);
  jpeg_start_compress(&codec, TRUE);
  std::vector<std::uint8_t> copy = values;
  while (codec.next_scanline < codec.image_height) {
    JSAMPROW row = copy.data() + codec.next_scanline * static_cast<std::size_t>(width * components);
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  std::string file(static_cast<const char*>(static_cast<const void*>(out)), size);
  jpeg_destroy_compress(&codec);
  free(out);  // NOLINT(cppcoreguidelines-no-malloc): libjpeg allocated it
  return file;
}

std::vector<std::uint8_t> blocks(std::initializer_list<int> pixel, std::size_t count) {
  std::vector<std::uint8_t> values;
  for (std::size_t i = 0; i < count; ++i) {
    for (const int v : pixel) values.push_back(static_cast<std::uint8_t>(v));
  }
  return values;
}

TEST(Jpeg, OneColourComesBackWithinRounding) {
  for (const bool progressive : {false, true}) {
    const Tensor image = decode(jpeg(blocks({200, 100, 50}, 16 * 24), 24, 3, progressive));
    EXPECT_EQ(image.shape(), (Shape{16, 24, 3}));
    const auto data = image.data<std::uint8_t>();
    for (std::size_t i = 0; i < data.size(); ++i) {
      ASSERT_NEAR(data[i], i % 3 == 0 ? 200 : i % 3 == 1 ? 100 : 50, 2);  // YCbCr in 8 bits
    }
  }
}

TEST(Jpeg, GreyStaysOneChannel) {
  std::vector<std::uint8_t> ramp(64 * 64);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<std::uint8_t>(i % 64 * 4);
  const Tensor image = decode(jpeg(ramp, 64, 1));
  EXPECT_EQ(image.shape(), (Shape{64, 64, 1}));
  const auto data = image.data<std::uint8_t>();
  for (std::size_t i = 0; i < data.size(); ++i) ASSERT_NEAR(data[i], ramp[i], 2);
}

TEST(Jpeg, InksBecomeLight) {
  // libjpeg writes an Adobe marker with CMYK files: 255 is no ink.
  const Tensor image = decode(jpeg(blocks({255, 128, 0, 255}, 64), 8, 4));
  EXPECT_EQ(image.shape(), (Shape{8, 8, 3}));
  const auto data = image.data<std::uint8_t>();
  EXPECT_NEAR(data[0], 255, 2);
  EXPECT_NEAR(data[1], 128, 2);
  EXPECT_NEAR(data[2], 0, 2);
}

TEST(Jpeg, TruncatedFilesAreCorruptInsteadOfHalfGrey) {
  Rng rng(1);
  std::vector<std::uint8_t> noise(64 * 64 * 3);
  for (auto& v : noise) v = static_cast<std::uint8_t>(rng.below(256));
  const std::string good = jpeg(noise, 64, 3);
  EXPECT_NO_THROW(decode(good));
  for (const std::size_t n : {good.size() / 2, good.size() - 200, std::size_t{100}}) {
    expect_fault(Fault::corrupt, [&] { decode(good.substr(0, n)); });
  }
}

TEST(Jpeg, SurvivesPrefixesAndFlippedBits) {
  for (const bool progressive : {false, true}) {
    expect_robust(jpeg(blocks({200, 100, 50}, 16 * 16), 16, 3, progressive),
                  [](auto bytes) { decode_image(bytes); });
  }
}

TEST(Jpeg, LimitsHoldBeforeDecoding) {
  const std::string file = jpeg(blocks({1, 2, 3}, 64 * 64), 64, 3);
  expect_fault(Fault::resource, [&] { decode_image(bytes_of(file), {.pixels = 4095}); });
  expect_fault(Fault::resource, [&] { decode_image(bytes_of(file), {.side = 63}); });
  expect_fault(Fault::resource, [&] { decode_image(bytes_of(file), {.file_bytes = 100}); });
  EXPECT_NO_THROW(decode_image(bytes_of(file), {.pixels = 4096, .side = 64}));
  // A header that claims 65500 x 65500 pixels.
  std::string huge = file;
  const std::size_t frame = file.find(raw({0xFF, 0xC0}));
  ASSERT_NE(frame, std::string::npos);
  huge.replace(frame + 5, 4, raw({0xFF, 0xDC, 0xFF, 0xDC}));
  expect_fault(Fault::resource, [&] { decode(huge); });
}

TEST(Image, OtherFormatsAreUnsupportedAndEmptyOnesCorrupt) {
  expect_fault(Fault::unsupported, [] { decode("GIF89a..."); });
  expect_fault(Fault::corrupt, [] { decode(""); });
  const std::string text = expect_fault(Fault::missing, [] { read_image("/nonexistent.jpg"); });
  EXPECT_NE(text.find("/nonexistent.jpg"), std::string::npos);
}

TEST(Image, NamesAreKnownInAnyCase) {
  for (const char* name : {"a.jpg", "b.JPEG", "c.Png"}) EXPECT_TRUE(is_image_name(name)) << name;
  for (const char* name : {"a.txt", "jpg", "b.jpg.gz"}) EXPECT_FALSE(is_image_name(name)) << name;
}

}  // namespace
}  // namespace pare
