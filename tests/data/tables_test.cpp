// CSV, IDX and WAV: the small parsers.
#include <gtest/gtest.h>

#include "base/temp_dir.hpp"
#include "data/csv.hpp"
#include "data/idx.hpp"
#include "data/wav.hpp"
#include "media/expect.hpp"

namespace pare {
namespace {

using Rows = std::vector<std::vector<std::string>>;

TEST(Csv, ReadsQuotesAndBothLineEnds) {
  EXPECT_EQ(parse_csv("a,b\r\n\"x, \"\"y\"\"\nz\",2\n"), (Rows{{"a", "b"}, {"x, \"y\"\nz", "2"}}));
  EXPECT_EQ(parse_csv("\xEF\xBB\xBF"
                      "a,\n,b"),
            (Rows{{"a", ""}, {"", "b"}}));
  EXPECT_EQ(parse_csv("a\n\n\nb\n"), (Rows{{"a"}, {"b"}}));
  EXPECT_TRUE(parse_csv("").empty());
}

TEST(Csv, ErrorsNameTheLine) {
  const auto corrupt = [](const std::string& text) {
    return expect_fault(Fault::corrupt, [&] { parse_csv(text); });
  };
  EXPECT_NE(corrupt("a,b\n1,2\n3\n").find("line 3 has 1 fields"), std::string::npos);
  EXPECT_NE(corrupt("a\nb\n\"open\n\n").find("line 3"), std::string::npos);
  EXPECT_NE(corrupt("\"a\"b").find("line 1"), std::string::npos);
}

TEST(Csv, SurvivesEveryPrefixAndEveryFlippedBit) {
  expect_robust("file,class_index\n\"a,b.jpg\",3\r\nc.jpg,\"4\"\n", [](auto bytes) {
    parse_csv({static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()});
  });
}

TEST(Idx, ReadsHandMadeBytes) {
  const std::string file = raw({0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255});
  const Tensor t = parse_idx(bytes_of(file), nullptr);
  EXPECT_EQ(t.kind(), ElementKind::u8);
  EXPECT_EQ(t.shape(), (Shape{2, 3}));
  EXPECT_EQ(t.to_ints(), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 255}));
}

TEST(Idx, SwapsWiderElements) {
  const std::string ints = raw({0, 0, 0x0C, 1, 0, 0, 0, 2, 0, 0, 1, 0, 255, 255, 255, 254});
  EXPECT_EQ(parse_idx(bytes_of(ints), nullptr).to_ints(), (std::vector<std::int64_t>{256, -2}));
  const std::string floats = raw({0, 0, 0x0D, 1, 0, 0, 0, 1, 0x3F, 0xC0, 0, 0});
  EXPECT_EQ(parse_idx(bytes_of(floats), nullptr).item<float>(), 1.5F);
}

TEST(Idx, RefusesWrongSizesAndTypes) {
  for (const std::string& file :
       {raw({0, 0, 8, 1, 0, 0, 0, 2, 1}), raw({0, 0, 8, 1, 0, 0, 0, 2, 1, 2, 3}),
        raw({0, 1, 8, 1, 0, 0, 0, 1, 1}), raw({0, 0, 7, 1, 0, 0, 0, 1, 1}), raw({0, 0, 8, 0}),
        raw({0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255, 1}), std::string()}) {
    expect_fault(Fault::corrupt, [&] { parse_idx(bytes_of(file), nullptr); });
  }
}

TEST(Idx, SurvivesEveryPrefixAndEveryFlippedBit) {
  expect_robust(raw({0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255}),
                [](auto bytes) { parse_idx(bytes, nullptr); });
}

struct WavHead {
  int code = 1;
  int channels = 1;
  int rate = 16000;
  int bits = 16;
};

std::string le32(std::size_t v) {
  const auto n = static_cast<int>(v);
  return raw({n & 255, n >> 8 & 255, n >> 16 & 255, n >> 24 & 255});
}

std::string wav(const WavHead& head, const std::string& data, const std::string& before = {}) {
  const int frame = head.channels * head.bits / 8;
  const std::size_t rate = static_cast<unsigned>(head.rate);
  const std::string body = "WAVE" + before + "fmt " + le32(16) +
                           raw({head.code, 0, head.channels, 0}) + le32(rate) +
                           le32(rate * static_cast<unsigned>(frame)) +
                           raw({frame, 0, head.bits, 0}) + "data" + le32(data.size()) + data;
  return "RIFF" + le32(body.size()) + body;
}

TEST(Wav, ReadsAllIntegerWidthsOnTheSameScale) {
  const Sound s8 = parse_wav(bytes_of(wav({.bits = 8}, raw({0, 128, 192}))));
  EXPECT_EQ(s8.samples.to_floats(), (std::vector<float>{-1, 0, 0.5F}));
  const Sound s16 = parse_wav(bytes_of(wav({}, raw({0, 0x80, 0, 0, 0, 0x40}))));
  EXPECT_EQ(s16.samples.to_floats(), (std::vector<float>{-1, 0, 0.5F}));
  EXPECT_EQ(s16.rate, 16000);
  const Sound s24 = parse_wav(bytes_of(wav({.bits = 24}, raw({0, 0, 0x80, 0, 0, 0, 0, 0, 0x40}))));
  EXPECT_EQ(s24.samples.to_floats(), (std::vector<float>{-1, 0, 0.5F}));
  const Sound s32 = parse_wav(bytes_of(wav({.bits = 32}, raw({0, 0, 0, 0x80, 0, 0, 0, 0x40}))));
  EXPECT_EQ(s32.samples.to_floats(), (std::vector<float>{-1, 0.5F}));
}

TEST(Wav, ReadsFloatsAndAveragesChannels) {
  const Sound f = parse_wav(bytes_of(wav({.code = 3, .bits = 32}, raw({0, 0, 0x80, 0x3E}))));
  EXPECT_EQ(f.samples.to_floats(), (std::vector<float>{0.25F}));
  const Sound s = parse_wav(bytes_of(wav({.channels = 2}, raw({0, 0x40, 0, 0, 0, 0x40, 0, 0x40}))));
  EXPECT_EQ(s.samples.to_floats(), (std::vector<float>{0.25F, 0.5F}));
}

TEST(Wav, SkipsForeignParts) {
  const std::string list = "LIST" + le32(3) + "abc" + raw({0});
  EXPECT_EQ(parse_wav(bytes_of(wav({}, raw({0, 0}), list))).samples.size(), 1);
}

TEST(Wav, RefusesCompressedAndBrokenSound) {
  expect_fault(Fault::unsupported, [] { parse_wav(bytes_of(wav({.code = 7, .bits = 8}, "x"))); });
  expect_fault(Fault::unsupported, [] { parse_wav(bytes_of(wav({.bits = 12}, "xx"))); });
  expect_fault(Fault::corrupt, [] { parse_wav(bytes_of(wav({.channels = 0}, "xx"))); });
  expect_fault(Fault::corrupt, [] { parse_wav(bytes_of("RIFF1234WAVX")); });
  expect_fault(Fault::corrupt, [] { parse_wav(bytes_of(wav({}, "").substr(0, 36))); });
  const std::string file = wav({}, raw({1, 2, 3, 4}));
  expect_fault(Fault::corrupt, [&] { parse_wav(bytes_of(file.substr(0, file.size() - 1))); });
}

TEST(Wav, SurvivesEveryPrefixAndEveryFlippedBit) {
  expect_robust(wav({}, raw({1, 2, 3, 4})), [](auto bytes) { parse_wav(bytes); });
}

}  // namespace
}  // namespace pare
