#include "formats/safetensors/header.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "base/error.hpp"
#include "formats/safetensors/bytes.hpp"
#include "formats/safetensors/types.hpp"

namespace pare::safetensors {
namespace {

using safetensors_bytes::file;
using safetensors_bytes::span_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

void expect_fault(const std::string& bytes, const std::string& part, Fault fault = Fault::corrupt) {
  try {
    static_cast<void>(parse_header(span_of(bytes)));
    ADD_FAILURE() << "no error with " << part;
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), fault) << e.what();
    EXPECT_THAT(e.what(), HasSubstr(part));
  }
}

/// One tensor `t` with these fields.
std::string one(const std::string& fields, std::size_t data_bytes = 4) {
  return file("{\"t\":{" + fields + "}}", std::string(data_bytes, '\1'));
}

TEST(SafetensorsHeader, ReadsTensorsInOrderOfTheirData) {
  const std::string bytes =
      file(R"({"b":{"dtype":"F32","shape":[2,1],"data_offsets":[3,11]},)"
           R"("__metadata__":{"format":"pt","b":"","\u00e9":"x\ny"},)"
           R"("a":{"data_offsets":[0,3],"shape":[3],"dtype":"U8"},)"
           R"("empty":{"dtype":"I64","shape":[0,5],"data_offsets":[3,3]},)"
           R"("scalar":{"dtype":"BF16","shape":[],"data_offsets":[11,13]}}  )",
           "abcdefghijklm");
  const Header h = parse_header(span_of(bytes));
  EXPECT_THAT(h.metadata, ElementsAre(Pair("format", "pt"), Pair("b", ""), Pair("é", "x\ny")));
  ASSERT_EQ(h.tensors.size(), 4U);
  EXPECT_EQ(h.tensors[0].name, "a");
  EXPECT_EQ(h.tensors[1].name, "empty");
  EXPECT_EQ(h.tensors[1].shape, (Shape{0, 5}));
  EXPECT_EQ(h.tensors[2].name, "b");
  EXPECT_EQ(h.tensors[2].type->name, "F32");
  EXPECT_EQ(std::to_integer<char>(h.tensors[2].bytes[0]), 'd');
  EXPECT_EQ(h.tensors[3].shape, Shape{});
  EXPECT_EQ(h.tensors[3].bytes.size(), 2U);
}

TEST(SafetensorsHeader, NothingIsAFileToo) {
  EXPECT_TRUE(parse_header(span_of(file("{}", ""))).tensors.empty());
  EXPECT_TRUE(parse_header(span_of(file(" \n{}", ""))).tensors.empty());
}

TEST(SafetensorsHeader, KnowsEveryTypeWithItsBits) {
  const std::map<std::string, int> bits = {
      {"BOOL", 8},        {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},
      {"I8", 8},          {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
      {"F8_E5M2FNUZ", 8}, {"I16", 16},    {"U16", 16},    {"F16", 16},    {"BF16", 16},
      {"I32", 32},        {"U32", 32},    {"F32", 32},    {"C64", 64},    {"F64", 64},
      {"I64", 64},        {"U64", 64}};
  EXPECT_EQ(all_types().size(), bits.size());
  for (const auto& [name, b] : bits) {
    const std::size_t size = static_cast<std::size_t>(b) * 8 / 8;  // of 8 values
    const std::string bytes =
        one("\"dtype\":\"" + name + "\",\"shape\":[2,4],\"data_offsets\":[0," +
                std::to_string(size) + "]",
            size);
    EXPECT_EQ(parse_header(span_of(bytes)).tensors.at(0).type->name, name);
    EXPECT_EQ(find_type(name)->bits_per_value(), b);
    EXPECT_EQ(type_for(find_type(name)->dtype), find_type(name));
  }
  EXPECT_EQ(find_type("f32"), nullptr);
  EXPECT_EQ(type_for(dtype_by_name("q4_0")), nullptr);
}

TEST(SafetensorsHeader, EveryPrefixIsCorrupt) {
  const std::string bytes = one(R"("dtype":"F32","shape":[1],"data_offsets":[0,4])");
  for (std::size_t n = 0; n < bytes.size(); ++n) expect_fault(bytes.substr(0, n), "");
}

TEST(SafetensorsHeader, EveryFlippedBitIsReadOrRefused) {
  const std::string whole = file(
      R"({"__metadata__":{"k":"v"},"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "abcd");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << bit));
      try {
        static_cast<void>(parse_header(span_of(bytes)));
      } catch (const Error& e) {
        EXPECT_NE(e.fault(), Fault::internal) << i << ": " << e.what();
      }
    }
  }
}

TEST(SafetensorsHeader, LengthOfTheHeaderIsChecked) {
  const auto with_length = [](std::uint64_t n, const std::string& rest) {
    std::string out(8, '\0');
    std::memcpy(out.data(), &n, 8);
    return out + rest;
  };
  expect_fault(with_length(100'000'001, "{}"), "has 100000001 bytes; want at most 100000000");
  expect_fault(with_length(UINT64_MAX, "{}"), "want at most 100000000");
  expect_fault(with_length(3, "{}"), "has 3 bytes; behind its length are 2");
  expect_fault(with_length(0, "{}"), "no JSON");
  expect_fault("abc", "want 8 bytes at 0, got 3");
}

TEST(SafetensorsHeader, JsonIsStrict) {
  expect_fault(file("[]", ""), "want an object in the header, got an array");
  expect_fault(file("7", ""), "want an object in the header, got the number 7");
  expect_fault(file("null", ""), "got null");
  expect_fault(file("true", ""), "got a truth value");
  expect_fault(file("{\"a\":1}", ""), "want an object in the header, got the number 1");
  expect_fault(file("{\"a\":-1}", ""), "got the number -1");
  expect_fault(file("{\"a\":\"x\"}", ""), "got a text");
  expect_fault(file("{} x", ""), "no valid JSON at byte 4");
  expect_fault(file(std::string("{}\0", 3), ""), "a NUL at 2");
  expect_fault(file("\xEF\xBB\xBF{}", ""), "byte order mark");
  expect_fault(file("{\"\xC3\":{}}", ""), "no valid JSON");
  expect_fault(file("{\"a\":{\"shape\":" + std::string(100000, '['), ""), "got an array");
  expect_fault(one(R"("dtype":"U8","shape":[4],"data_offsets":[0,4]},"t":{)"),
               "the name 't' is given twice");
  expect_fault(one(R"("dtype":"U8","dtype":"U8","shape":[4],"data_offsets":[0,4])"),
               "the name 'dtype' is given twice");
  expect_fault(file(R"({"__metadata__":{"a":"1","a":"2"}})", ""), "the name 'a' is given twice");
  expect_fault(file(R"({"__metadata__":{},"__metadata__":{}})", ""),
               "'__metadata__' is given twice");
}

TEST(SafetensorsHeader, MetadataAreTexts) {
  expect_fault(file(R"({"__metadata__":{"k":1}})", ""),
               "want texts in __metadata__, got the number 1 for 'k'");
  expect_fault(file(R"({"__metadata__":{"k":null}})", ""), "got null for 'k'");
  expect_fault(file(R"({"__metadata__":{"k":{}}})", ""), "got an object for 'k'");
  expect_fault(file(R"({"__metadata__":{"k":[]}})", ""), "got an array for 'k'");
  expect_fault(file(R"({"__metadata__":[]})", ""), "got an array");
}

TEST(SafetensorsHeader, FieldsAreCompleteAndOfTheirTypes) {
  expect_fault(one(R"("shape":[4],"data_offsets":[0,4])"), "tensor 't': it has no dtype");
  expect_fault(one(R"("dtype":"U8","data_offsets":[0,4])"), "it has no shape");
  expect_fault(one(R"("dtype":"U8","shape":[4])"), "it has no data_offsets");
  expect_fault(one(R"("dtype":"U8","shape":[4],"data_offsets":[0,4],"x":1)"),
               "it has a field 'x'; known are dtype, shape, data_offsets");
  expect_fault(one(R"("dtype":7,"shape":[4],"data_offsets":[0,4])"), "got the number 7 for dtype");
  expect_fault(one(R"("dtype":["U8"],"shape":[4],"data_offsets":[0,4])"), "got an array for dtype");
  expect_fault(one(R"("dtype":{},"shape":[4],"data_offsets":[0,4])"), "got an object for dtype");
  expect_fault(one(R"("dtype":"U8","shape":"4","data_offsets":[0,4])"), "got a text for shape");
  expect_fault(one(R"("dtype":"U8","shape":4,"data_offsets":[0,4])"), "got the number 4 for shape");
  expect_fault(one(R"("dtype":"U8","shape":[-4],"data_offsets":[0,4])"),
               "got the number -4 in its shape");
  expect_fault(one(R"("dtype":"U8","shape":[4.0],"data_offsets":[0,4])"), "the number 4.0 in its");
  expect_fault(one(R"("dtype":"U8","shape":[1e2],"data_offsets":[0,4])"), "the number 1e2 in its");
  expect_fault(one(R"("dtype":"U8","shape":["4"],"data_offsets":[0,4])"),
               "got a text in its shape");
  expect_fault(one(R"("dtype":"U8","shape":[[4]],"data_offsets":[0,4])"),
               "got an array in its shape");
  expect_fault(one(R"("dtype":"U8","shape":[true],"data_offsets":[0,4])"), "a truth value in its");
  expect_fault(one(R"("dtype":"U8","shape":[4],"data_offsets":[0])"), "has 1 numbers; want 2");
  expect_fault(one(R"("dtype":"U8","shape":[4],"data_offsets":[0,4,4])"),
               "got the number 4 in data_offsets");
  expect_fault(one(R"("dtype":"U8","shape":[4],"data_offsets":[0,4.5])"), "the number 4.5 in data");
  expect_fault(one(R"("dtype":"U7","shape":[4],"data_offsets":[0,4])"),
               "tensor 't' is of type 'U7', which pare does not know", Fault::unsupported);
}

TEST(SafetensorsHeader, SizesAreChecked) {
  expect_fault(one(R"("dtype":"F32","shape":[2],"data_offsets":[0,4])"),
               "tensor 't' [2] F32 needs 8 bytes; data_offsets are 0 and 4");
  expect_fault(one(R"("dtype":"F32","shape":[1],"data_offsets":[4,0])"), "are 4 and 0");
  expect_fault(one(R"("dtype":"F4","shape":[3],"data_offsets":[0,2])", 2),
               "3 values of shape [3] do not fill whole blocks of 2 of F4");
  expect_fault(one(R"("dtype":"F6_E2M3","shape":[2],"data_offsets":[0,2])", 2),
               "whole blocks of 4");
  expect_fault(one(R"("dtype":"U8","shape":[4611686018427387904,4],"data_offsets":[0,4])"),
               "overflows");
  expect_fault(one(R"("dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8])", 8),
               "4611686018427387906 * 4 overflows");
  expect_fault(one(R"("dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,4])"),
               "out of range");
  expect_fault(one(R"("dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,4])"),
               "in its shape");
  std::string ones = "1";
  for (int i = 0; i < 64; ++i) ones += ",1";
  expect_fault(one("\"dtype\":\"U8\",\"shape\":[" + ones + "],\"data_offsets\":[0,1]", 1),
               "more than 64 dimensions");
}

TEST(SafetensorsHeader, DataHasNoHolesAndNoOverlaps) {
  const auto two = [](const std::string& a, const std::string& b, std::size_t data) {
    return file(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":)" + a +
                    R"(},"b":{"dtype":"U8","shape":[4],"data_offsets":)" + b + "}}",
                std::string(data, '\0'));
  };
  EXPECT_EQ(parse_header(span_of(two("[4,8]", "[0,4]", 8))).tensors[0].name, "b");
  expect_fault(two("[0,4]", "[3,7]", 7),
               "'b' [4] U8 begins at 3 of the data; want 4: tensors overlap");
  expect_fault(two("[0,4]", "[0,4]", 4), "tensors overlap");
  expect_fault(two("[0,4]", "[5,9]", 9), "begins at 5 of the data; want 4: there is a hole");
  expect_fault(two("[1,5]", "[5,9]", 9), "begins at 1 of the data; want 0");
  expect_fault(two("[0,4]", "[4,8]", 6), "ends at 8 of the data, which has 6 bytes: 2 bytes");
  expect_fault(two("[0,4]", "[4,8]", 9),
               "the data has 9 bytes, and the last tensor ends at 8: the rest belongs to nothing");
}

TEST(SafetensorsHeader, IsRecognised) {
  EXPECT_TRUE(begins(span_of(file("{}", ""))));
  EXPECT_TRUE(begins(span_of(file("  {}", ""))));
  EXPECT_FALSE(begins(span_of(file("[]", ""))));
  EXPECT_FALSE(begins(span_of(std::string("GGUF\3\0\0\0{", 9))));
  EXPECT_FALSE(begins(span_of(std::string(8, '\0'))));
  EXPECT_FALSE(begins(span_of(file("   ", ""))));
}

}  // namespace
}  // namespace pare::safetensors
