#include "data/npy.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "base/temp_dir.hpp"
#include "media/expect.hpp"

namespace pare {
namespace {

/// An NPY file put together by hand.
std::string npy(const std::string& dictionary, const std::string& data, int major = 1) {
  std::string file = "\x93NUMPY" + raw({major, 0});
  const std::size_t n = dictionary.size() + 1;
  file += raw({static_cast<int>(n & 0xFF), static_cast<int>(n >> 8)});
  if (major > 1) file += raw({0, 0});
  return file + dictionary + "\n" + data;
}

/// A copy: the bytes of `file` do not outlive the caller's expression.
Tensor parse(const std::string& file) { return parse_npy(bytes_of(file), nullptr).clone(); }

const std::string kHeader = "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }";
const std::string kData = raw({1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 255, 255});

TEST(Npy, ReadsAHandMadeFile) {
  const std::string file = npy(kHeader, kData);
  const Tensor t = parse(file);
  EXPECT_EQ(t.kind(), ElementKind::i16);
  EXPECT_EQ(t.shape(), (Shape{2, 3}));
  EXPECT_EQ(t.to_ints(), (std::vector<std::int64_t>{1, 2, 3, 4, 5, -1}));
}

TEST(Npy, ReadsVersionsTwoAndThreeAndKeysInAnyOrder) {
  for (const int major : {2, 3}) EXPECT_EQ(parse(npy(kHeader, kData, major)).size(), 6);
  const Tensor t =
      parse(npy("{\"shape\": (3,), 'fortran_order': False, 'descr': '|u1'}", raw({7, 8, 9})));
  EXPECT_EQ(t.to_ints(), (std::vector<std::int64_t>{7, 8, 9}));
}

TEST(Npy, ReadsScalarsAndEmptyArrays) {
  const Tensor scalar =
      parse(npy("{'descr': '<i2', 'fortran_order': False, 'shape': ()}", raw({5, 0})));
  EXPECT_EQ(scalar.rank(), 0U);
  EXPECT_EQ(scalar.item<std::int16_t>(), 5);
  EXPECT_EQ(parse(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4)}", "")).size(), 0);
}

TEST(Npy, SwapsBigEndianNumbers) {
  const Tensor t = parse(
      npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}", raw({0x3F, 0x80, 0, 0})));
  EXPECT_EQ(t.item<float>(), 1.0F);
}

TEST(Npy, TurnsColumnMajorIntoRowMajor) {
  const Tensor t = parse(
      npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3)}", raw({1, 4, 2, 5, 3, 6})));
  EXPECT_EQ(t.to_ints(), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}));
  // [2,2,2], element (i,j,k) = 4i + 2j + k stands at i + 2j + 4k.
  const Tensor cube = parse(npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2, 2)}",
                                raw({0, 4, 2, 6, 1, 5, 3, 7})));
  EXPECT_EQ(cube.to_ints(), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(Npy, RefusesBrokenFilesSayingWhatIsWrong) {
  const auto corrupt = [](const std::string& file) {
    return expect_fault(Fault::corrupt, [&] { parse(file); });
  };
  EXPECT_NE(corrupt("PK\x03\x04 something").find("NUMPY"), std::string::npos);
  EXPECT_NE(corrupt(npy(kHeader, kData + "x")).find("needs 12 bytes, got 13"), std::string::npos);
  EXPECT_NE(corrupt(npy(kHeader, kData.substr(1))).find("got 11"), std::string::npos);
  corrupt(npy("{'descr': '<i2', 'shape': (6,)}", kData));
  corrupt(npy("{'descr': '<i2', 'fortran_order': 0, 'shape': (6,)}", kData));
  corrupt(npy("{'descr': '<i2', 'descr': '<i2', 'fortran_order': False, 'shape': (6,)}", kData));
  corrupt(npy("{'descr': '<i2', 'fortran_order': False, 'shape': (-6,)}", kData));
  corrupt(npy("{'descr': '<i2', 'fortran_order': False, 'shape': (6,)} + evil()", kData));
  corrupt(npy("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", raw({1, 2})));
  corrupt(
      npy("{'descr': '<i2', 'fortran_order': False, "
          "'shape': (4294967296, 4294967296, 4294967296)}",
          kData));
}

TEST(Npy, RefusesTypesItCannotHold) {
  for (const char* descr : {"'|O'", "'<U5'", "'|S3'", "'<M8[ns]'", "[('a', '<i4')]", "'<f16'"}) {
    expect_fault(Fault::unsupported, [&] {
      parse(npy(std::string("{'descr': ") + descr + ", 'fortran_order': False, 'shape': (1,)}",
                kData));
    });
  }
}

TEST(Npy, SurvivesEveryPrefixAndEveryFlippedBit) {
  expect_robust(npy(kHeader, kData), [](auto bytes) { parse_npy(bytes, nullptr); });
}

TEST(Npy, WritesTheBytesThatNumPyWrites) {
  const TempDir dir;
  write_npy(dir.at("a.npy"), Tensor::of<std::int16_t>({2, 3}, {1, 2, 3, 4, 5, -1}), false);
  // The header of numpy.save: padded with spaces to a multiple of 64 bytes.
  std::string text = "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }";
  text += std::string(117 - text.size(), ' ') + "\n";
  EXPECT_EQ(slurp(dir.at("a.npy")), "\x93NUMPY" + raw({1, 0, 118, 0}) + text + kData);
}

TEST(Npy, HeadersOfScalarsAndVectorsAreTuples) {
  EXPECT_NE(npy_header(Tensor::scalar(1.0F)).find("'shape': ()"), std::string::npos);
  EXPECT_NE(npy_header(Tensor::of<float>({1}, {1})).find("'shape': (1,)"), std::string::npos);
}

TEST(Npy, WhatIsWrittenReadsBackForEveryNumericType) {
  const TempDir dir;
  for (const ElementKind kind :
       {ElementKind::f32, ElementKind::f64, ElementKind::f16, ElementKind::i8, ElementKind::u8,
        ElementKind::i16, ElementKind::u16, ElementKind::i32, ElementKind::u32, ElementKind::i64,
        ElementKind::u64, ElementKind::boolean}) {
    const Tensor t = Tensor::of<float>({5}, {0, 1, 1, 0, 1}).cast(dtype_of(kind));
    write_npy(dir.at("t.npy"), t, true);
    EXPECT_TRUE(identical(read_npy(dir.at("t.npy")), t)) << t.type().name();
  }
}

TEST(Npy, FormatsThatNumPyLacksAreWrittenExactlyInOthers) {
  const TempDir dir;
  const std::vector<float> values = {0.5F, -2, 1.5F, 6};
  for (const ElementKind kind : {ElementKind::bf16, ElementKind::f8e4m3fn, ElementKind::f4e2m1}) {
    write_npy(dir.at("t.npy"), Tensor::of<float>({4}, values).cast(dtype_of(kind)), true);
    const Tensor back = read_npy(dir.at("t.npy"));
    EXPECT_EQ(back.kind(), ElementKind::f32);
    EXPECT_EQ(back.to_floats(), values);
  }
  write_npy(dir.at("t.npy"), Tensor::of<float>({3}, {-8, 7, 1}).cast(dtype_of(ElementKind::i4)),
            true);
  EXPECT_EQ(read_npy(dir.at("t.npy")).kind(), ElementKind::i8);
  EXPECT_EQ(read_npy(dir.at("t.npy")).to_ints(), (std::vector<std::int64_t>{-8, 7, 1}));
}

TEST(Npy, DoesNotReplaceAFileUnlessForced) {
  const TempDir dir;
  const std::string path = dir.write("t.npy", "old");
  expect_fault(Fault::cannot_create, [&] { write_npy(path, Tensor::scalar(1.0F), false); });
  EXPECT_EQ(slurp(path), "old");
}

TEST(Npy, MissingFilesAreMissing) {
  expect_fault(Fault::missing, [] { read_npy("/nonexistent/a.npy"); });
}

}  // namespace
}  // namespace pare
