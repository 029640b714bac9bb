#include <gtest/gtest.h>
#include <openjpeg.h>
#include <webp/encode.h>

#include <memory>

#include "base/temp_dir.hpp"
#include "media/expect.hpp"
#include "media/image.hpp"

namespace pare {
namespace {

std::string le16(unsigned v) {
  return raw({static_cast<int>(v & 255), static_cast<int>(v >> 8 & 255)});
}
std::string le32(unsigned v) { return le16(v & 0xFFFF) + le16(v >> 16); }

std::vector<int> pixels(const Tensor& image) {
  const auto data = image.data<std::uint8_t>();
  return {data.begin(), data.end()};
}

Tensor decode(const std::string& file) { return decode_image(bytes_of(file)); }

/// Rows are stored from the bottom up, each filled up to 4 bytes.
std::string bmp(int width, int height, int bits, const std::string& palette,
                const std::string& rows, unsigned compression = 0) {
  const auto head = static_cast<unsigned>(54 + palette.size());
  return "BM" + le32(head + static_cast<unsigned>(rows.size())) + le32(0) + le32(head) + le32(40) +
         le32(static_cast<unsigned>(width)) + le32(static_cast<unsigned>(height)) + le16(1) +
         le16(static_cast<unsigned>(bits)) + le32(compression) + le32(0) + le32(0) + le32(0) +
         le32(static_cast<unsigned>(palette.size() / 4)) + le32(0) + palette + rows;
}

TEST(Bmp, ReadsColourFromTheBottomUpAndFromTheTopDown) {
  const std::string rows = raw({3, 2, 1, 6, 5, 4, 0, 0, 9, 8, 7, 12, 11, 10, 0, 0});
  const Tensor up = decode(bmp(2, 2, 24, "", rows));
  EXPECT_EQ(up.shape(), (Shape{2, 2, 3}));
  EXPECT_EQ(pixels(up), (std::vector<int>{7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(pixels(decode(bmp(2, -2, 24, "", rows))),
            (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
}

TEST(Bmp, ReadsPalettesOfEverySize) {
  const std::string two = raw({1, 2, 3, 0, 9, 8, 7, 0});
  EXPECT_EQ(pixels(decode(bmp(3, 1, 1, two, raw({0xA0, 0, 0, 0})))),
            (std::vector<int>{7, 8, 9, 3, 2, 1, 7, 8, 9}));
  EXPECT_EQ(pixels(decode(bmp(2, 1, 4, two, raw({0x10, 0, 0, 0})))),
            (std::vector<int>{7, 8, 9, 3, 2, 1}));
  EXPECT_EQ(pixels(decode(bmp(2, 1, 8, two, raw({0, 1, 0, 0})))),
            (std::vector<int>{3, 2, 1, 7, 8, 9}));
}

TEST(Bmp, ReadsColourWithAFourthByte) {
  EXPECT_EQ(pixels(decode(bmp(1, 1, 32, "", raw({3, 2, 1, 99})))), (std::vector<int>{1, 2, 3}));
}

TEST(Bmp, RefusesWhatDoesNotFit) {
  const std::string good = bmp(2, 2, 24, "", std::string(16, 'x'));
  for (std::size_t n = 2; n < good.size(); ++n) {
    expect_fault(Fault::corrupt, [&] { decode(good.substr(0, n)); });
  }
  expect_fault(Fault::unsupported, [] { decode(bmp(1, 1, 16, "", "abcd")); });
  expect_fault(Fault::unsupported, [] { decode(bmp(1, 1, 8, "abcd", "abcd", 1)); });
  expect_fault(Fault::resource, [] { decode(bmp(1 << 20, 1 << 20, 24, "", "abcd")); });
  expect_fault(Fault::corrupt, [] { decode(bmp(0, 1, 24, "", "abcd")); });
}

TEST(Pnm, ReadsGreyAndColourWithComments) {
  const Tensor grey = decode("P5 # made by hand\n2 1\n255\n" + raw({7, 200}));
  EXPECT_EQ(grey.shape(), (Shape{1, 2, 1}));
  EXPECT_EQ(pixels(grey), (std::vector<int>{7, 200}));
  EXPECT_EQ(pixels(decode("P6\n1 2 255\n" + raw({1, 2, 3, 4, 5, 6}))),
            (std::vector<int>{1, 2, 3, 4, 5, 6}));
}

TEST(Pnm, SpreadsOtherRangesToAByte) {
  EXPECT_EQ(pixels(decode("P5 2 1 15\n" + raw({0, 15}))), (std::vector<int>{0, 255}));
  EXPECT_EQ(pixels(decode("P5 1 1 65535\n" + raw({0x80, 0x01}))), (std::vector<int>{127}));
}

TEST(Pnm, RefusesWhatDoesNotFit) {
  const std::string good = "P6 2 1 255\n" + raw({1, 2, 3, 4, 5, 6});
  for (std::size_t n = 2; n < good.size(); ++n) {
    expect_fault(Fault::corrupt, [&] { decode(good.substr(0, n)); });
  }
  expect_fault(Fault::resource, [] { decode("P6 99999999999999999999 1 255\n"); });
  expect_fault(Fault::resource, [] { decode("P6 100000 100000 255\n"); });
  expect_fault(Fault::corrupt, [] { decode("P6 x 1 255\n"); });
  expect_fault(Fault::corrupt, [] { decode("P6 1 1 0\nabc"); });
}

/// One uncompressed strip of 8-bit samples, little-endian.
std::string tiff(unsigned width, unsigned height, unsigned samples, const std::string& data) {
  const auto entry = [](unsigned tag, unsigned type, unsigned value) {
    return le16(tag) + le16(type) + le32(1) + le32(value);
  };

  const unsigned data_at = 8 + 2 + 9 * 12 + 4 + 6;
  std::string out = "II" + le16(42) + le32(8) + le16(9);
  out += entry(256, 4, width) + entry(257, 4, height);
  out += samples == 1 ? entry(258, 3, 8) : le16(258) + le16(3) + le32(3) + le32(8 + 2 + 9 * 12 + 4);
  out += entry(259, 3, 1) + entry(262, 3, samples == 1 ? 1 : 2) + entry(273, 4, data_at);
  out += entry(277, 3, samples) + entry(278, 4, height);
  out += entry(279, 4, static_cast<unsigned>(data.size()));

  return out + le32(0) + le16(8) + le16(8) + le16(8) + data;
}

TEST(Tiff, ReadsGreyAndColour) {
  EXPECT_EQ(pixels(decode(tiff(2, 1, 3, raw({1, 2, 3, 4, 5, 6})))),
            (std::vector<int>{1, 2, 3, 4, 5, 6}));
  const Tensor grey = decode(tiff(2, 1, 1, raw({7, 8})));
  EXPECT_EQ(grey.shape(), (Shape{1, 2, 1}));
  EXPECT_EQ(pixels(grey), (std::vector<int>{7, 8}));
}

TEST(Tiff, RefusesWhatDoesNotFit) {
  const std::string good = tiff(2, 1, 3, raw({1, 2, 3, 4, 5, 6}));
  expect_fault(Fault::corrupt, [&] { decode(good.substr(0, 30)); });
  expect_fault(Fault::resource, [] { decode(tiff(1 << 20, 1 << 20, 3, "abc")); });
  expect_fault(Fault::corrupt, [] { decode(tiff(0, 1, 3, "abc")); });
}

std::string webp(int width, int height, const std::vector<std::uint8_t>& rgb) {
  std::uint8_t* made = nullptr;
  const std::size_t size = WebPEncodeLosslessRGB(rgb.data(), width, height, width * 3, &made);
  const std::string out(static_cast<const char*>(static_cast<const void*>(made)), size);
  WebPFree(made);
  return out;
}

TEST(Webp, GivesBackWhatWasStoredWithoutLoss) {
  const std::vector<std::uint8_t> rgb = {1, 2, 3, 4, 5, 6, 250, 251, 252, 10, 20, 30};
  const Tensor image = decode(webp(2, 2, rgb));
  EXPECT_EQ(image.shape(), (Shape{2, 2, 3}));
  EXPECT_EQ(pixels(image), std::vector<int>(rgb.begin(), rgb.end()));
}

TEST(Webp, RefusesWhatDoesNotFit) {
  const std::string good = webp(2, 2, std::vector<std::uint8_t>(12, 77));
  for (std::size_t n = 12; n < good.size() - 1; ++n) {
    expect_fault(Fault::corrupt, [&] { decode(good.substr(0, n)); });
  }
}

OPJ_SIZE_T on_write(void* data, OPJ_SIZE_T n, void* user) {
  static_cast<std::string*>(user)->append(static_cast<const char*>(data), n);
  return n;
}

/// A lossless codestream of 8-bit components.
std::string jpeg2000(unsigned width, unsigned height, const std::vector<int>& rgb) {
  const unsigned channels = static_cast<unsigned>(rgb.size()) / (width * height);
  std::vector<opj_image_cmptparm_t> parts(channels);
  for (auto& p : parts) {
    p = {};
    p.dx = p.dy = 1;
    p.w = width;
    p.h = height;
    p.prec = 8;
  }
  opj_image_t* image =
      opj_image_create(channels, parts.data(), channels == 3 ? OPJ_CLRSPC_SRGB : OPJ_CLRSPC_GRAY);
  image->x1 = width;
  image->y1 = height;
  for (std::size_t i = 0; i < rgb.size(); ++i) {
    image->comps[i % channels].data[i / channels] = rgb[i];
  }
  opj_cparameters_t parameters;
  opj_set_default_encoder_parameters(&parameters);
  parameters.numresolution = 1;
  parameters.tcp_numlayers = 1;
  parameters.cp_disto_alloc = 1;
  opj_codec_t* codec = opj_create_compress(OPJ_CODEC_J2K);
  std::string out;
  opj_stream_t* stream = opj_stream_default_create(OPJ_FALSE);
  opj_stream_set_user_data(stream, &out, nullptr);
  opj_stream_set_write_function(stream, on_write);
  EXPECT_TRUE(opj_setup_encoder(codec, &parameters, image) != 0 &&
              opj_start_compress(codec, image, stream) != 0 && opj_encode(codec, stream) != 0 &&
              opj_end_compress(codec, stream) != 0);
  opj_stream_destroy(stream);
  opj_destroy_codec(codec);
  opj_image_destroy(image);
  return out;
}

TEST(Jpeg2000, GivesBackWhatWasStoredWithoutLoss) {
  const std::vector<int> rgb = {1, 2, 3, 4, 5, 6, 250, 251, 252, 10, 20, 30};
  EXPECT_EQ(pixels(decode(jpeg2000(2, 2, rgb))), rgb);
  const Tensor grey = decode(jpeg2000(2, 2, {1, 90, 180, 255}));
  EXPECT_EQ(grey.shape(), (Shape{2, 2, 1}));
  EXPECT_EQ(pixels(grey), (std::vector<int>{1, 90, 180, 255}));
}

TEST(Jpeg2000, RefusesWhatDoesNotFit) {
  const std::string good = jpeg2000(2, 2, {1, 90, 180, 255});
  for (std::size_t n = 4; n < 40; ++n) {
    expect_fault(Fault::corrupt, [&] { decode(good.substr(0, n)); });
  }
}

// A header may tell of more tiles than the file has bytes for: 2^26 here, memory for each.
TEST(Jpeg2000, RefusesTilesThatTheFileCannotHold) {
  std::string wide = jpeg2000(2, 2, {1, 90, 180, 255});
  const auto put = [&](std::size_t at, std::uint32_t v) {
    for (std::size_t i = 0; i < 4; ++i) wide[at + i] = static_cast<char>(v >> (24 - 8 * i));
  };
  for (const std::size_t size : {8U, 12U}) put(size, 8192);
  for (const std::size_t tile : {24U, 28U}) put(tile, 1);
  expect_fault(Fault::corrupt, [&] { decode(wide); });
  for (const std::size_t tile : {24U, 28U}) put(tile, 0);
  expect_fault(Fault::corrupt, [&] { decode(wide); });
  for (const std::size_t size : {8U, 12U}) put(size, 1U << 20U);
  for (const std::size_t tile : {24U, 28U}) put(tile, 1U << 20U);
  expect_fault(Fault::resource, [&] { decode(wide); });
}

// The same codestream in the boxes of a JP2 file.
TEST(Jpeg2000, ReadsTheBoxesOfAFile) {
  const auto box = [](const char* type, const std::string& body) {
    std::string out;
    const auto n = static_cast<std::uint32_t>(body.size() + 8);
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(n >> shift);
    return out + type + body;
  };
  const std::string head =
      box("jP  ", "\r\n\x87\n") + box("ftyp", std::string("jp2 \0\0\0\0jp2 ", 12));
  const std::string sizes = box("ihdr", std::string("\0\0\0\2\0\0\0\2\0\1\7\7\0\0", 14));
  const std::string colour = box("colr", std::string("\1\0\0\0\0\0\x11", 7));
  const std::string code = jpeg2000(2, 2, {1, 90, 180, 255});
  const std::string file = head + box("jp2h", sizes + colour) + box("jp2c", code);
  EXPECT_EQ(pixels(decode(file)), (std::vector<int>{1, 90, 180, 255}));
  expect_fault(Fault::corrupt, [&] { decode(head + box("jp2h", sizes + colour)); });
}

TEST(Formats, SurviveEveryPrefixAndEveryFlippedBit) {
  const auto parse = [](std::span<const std::byte> bytes) {
    (void)decode_image(bytes, {.pixels = 1'000'000});
  };
  expect_robust(bmp(2, 2, 24, "", std::string(16, 'x')), parse);
  expect_robust("P6 2 1 255\n" + raw({1, 2, 3, 4, 5, 6}), parse);
  expect_robust(tiff(2, 1, 3, raw({1, 2, 3, 4, 5, 6})), parse);
  expect_robust(webp(2, 2, std::vector<std::uint8_t>(12, 77)), parse);
  expect_robust(jpeg2000(2, 2, {1, 90, 180, 255}), parse);
}

TEST(IsImageName, KnowsTheEndings) {
  for (const char* name :
       {"a.jpg", "a.JPEG", "a.png", "a.bmp", "a.ppm", "a.tiff", "a.webp", "a.jp2"}) {
    EXPECT_TRUE(is_image_name(name)) << name;
  }
  EXPECT_FALSE(is_image_name("a.txt"));
}

}  // namespace
}  // namespace pare
