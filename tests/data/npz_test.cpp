#include <gtest/gtest.h>
#include <zlib.h>

#include "base/temp_dir.hpp"
#include "data/npy.hpp"
#include "media/expect.hpp"

namespace pare {
namespace {

std::string u16(std::uint64_t v) {
  return raw({static_cast<int>(v & 255), static_cast<int>(v >> 8 & 255)});
}
std::string u32(std::uint64_t v) { return u16(v & 0xFFFF) + u16(v >> 16 & 0xFFFF); }

struct Packed {
  std::string name;
  std::string content;
  bool deflate = false;
  std::uint32_t lie = 0;  ///< added to the unpacked size
};

std::string deflated(const std::string& text) {
  std::string out(text.size() + 100, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string in = text;
  stream.next_in = static_cast<Bytef*>(static_cast<void*>(in.data()));
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = static_cast<Bytef*>(static_cast<void*>(out.data()));
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

void append(std::string& text, std::initializer_list<std::string> parts) {
  for (const std::string& part : parts) text += part;
}

/// A zip file put together by hand, as the APPNOTE describes it.
std::string zip(const std::vector<Packed>& members) {
  std::string file;
  std::string directory;
  for (const Packed& m : members) {
    const std::string data = m.deflate ? deflated(m.content) : m.content;
    const auto* begin = static_cast<const Bytef*>(static_cast<const void*>(m.content.data()));
    const std::uint64_t crc = crc32(0, begin, static_cast<uInt>(m.content.size()));
    const std::string common = u16(m.deflate ? 8 : 0) + u16(0) + u16(0x21) + u32(crc) +
                               u32(data.size()) + u32(m.content.size() + m.lie) +
                               u16(m.name.size()) + u16(0);
    append(directory, {u32(0x02014B50), u16(20), u16(20), u16(0), common, u16(0), u16(0), u16(0),
                       u32(0), u32(file.size()), m.name});
    append(file, {u32(0x04034B50), u16(20), u16(0), common, m.name, data});
  }
  const std::size_t at = file.size();
  return file + directory + u32(0x06054B50) + u16(0) + u16(0) + u16(members.size()) +
         u16(members.size()) + u32(directory.size()) + u32(at) + u16(0);
}

std::string npy_of(const Tensor& t) {
  const auto bytes = t.bytes();
  return npy_header(t) +
         std::string(static_cast<const char*>(static_cast<const void*>(bytes.data())),
                     bytes.size());
}

const Tensor& sample() {
  static const Tensor t = Tensor::of<std::int64_t>({2, 3}, {1, 2, 3, 4, 5, 6});
  return t;
}

std::vector<NamedTensor> parse(const std::string& file) {
  return parse_npz(bytes_of(file), nullptr);
}

TEST(Npz, ReadsStoredAndDeflatedMembers) {
  const std::string file =
      zip({{"x.npy", npy_of(sample()), false}, {"dir/y.npy", npy_of(sample()), true}});
  const auto arrays = parse(file);
  ASSERT_EQ(arrays.size(), 2U);
  EXPECT_EQ(arrays[0].name, "x");
  EXPECT_EQ(arrays[1].name, "dir/y");
  for (const NamedTensor& array : arrays) EXPECT_TRUE(identical(array.value, sample()));
}

TEST(Npz, OtherMembersAreLeftOut) {
  EXPECT_EQ(parse(zip({{"notes.txt", "hello"}, {"x.npy", npy_of(sample())}})).size(), 1U);
}

TEST(Npz, ABombIsRefusedBeforeItUnpacks) {
  const std::string zeros(1000, '\0');
  const auto refuse = [&](std::uint32_t lie, Fault fault) {
    expect_fault(fault, [&] { parse(zip({{"x.npy", zeros, true, lie}})); });
  };
  refuse(2'000'000'000, Fault::corrupt);  // more than deflate can reach
  refuse(1, Fault::corrupt);              // a byte more than there is
  expect_fault(Fault::corrupt, [&] { parse(zip({{"x.npy", zeros, true, 0xFFFFFF00U}})); });
}

TEST(Npz, MembersThatShareBytesAreRefused) {
  // Two directory entries for the one member: unpacked sizes would add up without end.
  const std::string one = zip({{"x.npy", npy_of(sample())}});
  const std::size_t directory = one.find(u32(0x02014B50));
  const std::size_t end = one.find(u32(0x06054B50));
  const std::string entry = one.substr(directory, end - directory);
  const std::string twice = one.substr(0, end) + entry + u32(0x06054B50) + u16(0) + u16(0) +
                            u16(2) + u16(2) + u32(2 * entry.size()) + u32(directory) + u16(0);
  const std::string text = expect_fault(Fault::corrupt, [&] { parse(twice); });
  EXPECT_NE(text.find("overlap"), std::string::npos);
}

TEST(Npz, WrongChecksumNamesTheArray) {
  std::string file = zip({{"weights.npy", npy_of(sample())}});
  const std::size_t value = file.find('\x06', 128);
  file[value] = '\x07';
  const std::string text = expect_fault(Fault::corrupt, [&] { parse(file); });
  EXPECT_NE(text.find("checksum"), std::string::npos);
  EXPECT_NE(text.find("weights"), std::string::npos);
}

TEST(Npz, EncryptedAndForeignMethodsAreUnsupported) {
  std::string file = zip({{"x.npy", npy_of(sample())}});
  const std::size_t directory = file.find(u32(0x02014B50));
  std::string encrypted = file;
  encrypted[directory + 8] = 1;
  expect_fault(Fault::unsupported, [&] { parse(encrypted); });
  file[directory + 10] = 12;
  expect_fault(Fault::unsupported, [&] { parse(file); });
}

TEST(Npz, NoZipAtAllIsCorrupt) {
  expect_fault(Fault::corrupt, [] { parse(""); });
  expect_fault(Fault::corrupt, [] { parse(std::string(100, 'x')); });
}

TEST(Npz, SurvivesEveryPrefixAndEveryFlippedBit) {
  const std::string file = zip({{"x.npy", npy_of(sample()), true}, {"y.npy", npy_of(sample())}});
  expect_robust(file, [](auto bytes) { parse_npz(bytes, nullptr); });
}

TEST(Npz, WhatIsWrittenReadsBackMappedAndAligned) {
  const TempDir dir;
  const std::vector<NamedTensor> arrays = {{"x", Tensor::of<float>({3}, {1, 2, 3})},
                                           {"long_name", Tensor::of<double>({1, 2}, {0.5, -4})},
                                           {"empty", Tensor(ElementKind::f32, {0})}};
  write_npz(dir.at("a.npz"), arrays, false);
  const auto back = read_npz(dir.at("a.npz"));
  ASSERT_EQ(back.size(), arrays.size());
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    EXPECT_EQ(back[i].name, arrays[i].name);
    EXPECT_TRUE(identical(back[i].value, arrays[i].value));
  }
  write_npz(dir.at("b.npz"), arrays, false);
  EXPECT_EQ(slurp(dir.at("a.npz")), slurp(dir.at("b.npz")));
  const std::string file = slurp(dir.at("a.npz"));
  EXPECT_EQ(file.find("\x93NUMPY") % 64, 0U);
}

}  // namespace
}  // namespace pare
