#include "formats/gguf/value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "formats/gguf/bytes.hpp"

namespace pare::gguf {
namespace {

using gguf_bytes::array;
using gguf_bytes::le;
using gguf_bytes::span_of;
using gguf_bytes::text;
using testing::ElementsAre;
using testing::HasSubstr;

/// A value that lies in `bytes`, which must live as long; all of them must be read.
Value parsed(ValueType type, const std::string& bytes) {
  Cursor in(span_of(bytes));
  Value v = Value::parse(in, type, nullptr);
  EXPECT_TRUE(in.done());
  return v;
}

template <class Body>
void expect_fault(Fault fault, const std::string& part, Body&& body) {
  try {
    body();
    ADD_FAILURE() << "no error with " << part;
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), fault) << e.what();
    EXPECT_THAT(e.what(), HasSubstr(part));
  }
}

TEST(GgufValue, NumbersHaveTheirTypeAndValue) {
  EXPECT_EQ(parsed(ValueType::u8, le(std::uint8_t{255})).to_unsigned(), 255U);
  EXPECT_EQ(parsed(ValueType::i8, le(std::int8_t{-128})).to_signed(), -128);
  EXPECT_EQ(parsed(ValueType::u16, le(std::uint16_t{65535})).to_signed(), 65535);
  EXPECT_EQ(parsed(ValueType::i16, le(std::int16_t{-5})).to_signed(), -5);
  EXPECT_EQ(parsed(ValueType::u32, le(std::uint32_t{4294967295U})).to_signed(), 4294967295);
  EXPECT_EQ(parsed(ValueType::i32, le(std::int32_t{-1})).to_signed(), -1);
  EXPECT_EQ(parsed(ValueType::u64, le(UINT64_MAX)).to_unsigned(), UINT64_MAX);
  EXPECT_EQ(parsed(ValueType::i64, le(INT64_MIN)).to_signed(), INT64_MIN);
  EXPECT_EQ(parsed(ValueType::f32, le(0.1F)).to_real(), double{0.1F});
  EXPECT_EQ(parsed(ValueType::f64, le(0.1)).to_real(), 0.1);
  EXPECT_EQ(parsed(ValueType::u64, le(UINT64_MAX)).to_real(), 0x1p64);
  EXPECT_EQ(parsed(ValueType::i8, le(std::int8_t{-3})).to_real(), -3);
  EXPECT_TRUE(parsed(ValueType::boolean, "\1").to_bool());
  EXPECT_FALSE(parsed(ValueType::boolean, std::string(1, '\0')).to_bool());
}

TEST(GgufValue, TextAndArraysAreReadAsTheyAre) {
  const std::string words = array(8, 3, text("one") + text("") + text(std::string("\0x", 2)));
  const Value v = parsed(ValueType::array, words);
  EXPECT_EQ(v.element(), ValueType::text);
  EXPECT_EQ(v.count(), 3U);
  EXPECT_EQ(v.type_text(), "array of text");
  EXPECT_THAT(v.to_texts(), ElementsAre("one", "", std::string("\0x", 2)));
  EXPECT_EQ(v.items(2).size(), 2U);
  EXPECT_EQ(v.items(1)[0].to_text(), "one");
  const std::string numbers = array(2, 2, le(std::uint16_t{7}) + le(std::uint16_t{65535}));
  EXPECT_THAT(parsed(ValueType::array, numbers).to_integers(), ElementsAre(7, 65535));
  EXPECT_THAT(parsed(ValueType::array, numbers).to_reals(), ElementsAre(7.0, 65535.0));
  const std::string reals = array(12, 1, le(2.5));
  EXPECT_THAT(parsed(ValueType::array, reals).to_reals(), ElementsAre(2.5));
  EXPECT_EQ(parsed(ValueType::text, text("chat")).to_text(), "chat");
  EXPECT_EQ(parsed(ValueType::text, text("")).to_text(), "");
}

TEST(GgufValue, ArraysMayBeNestedUpToALimit) {
  std::string bytes = array(0, 1, "\7");
  for (int depth = 1; depth < kMostArrayDepth; ++depth) bytes = array(9, 1, bytes);
  Value v = parsed(ValueType::array, bytes);
  for (int depth = 1; depth < kMostArrayDepth; ++depth) {
    const Value inner = v.items().at(0);
    v = inner;
  }
  EXPECT_EQ(v.items().at(0).to_unsigned(), 7U);
  const std::string deeper = array(9, 1, bytes);
  expect_fault(Fault::corrupt, "nested deeper than 8", [&] { parsed(ValueType::array, deeper); });
}

TEST(GgufValue, LengthsAreComparedWithTheBytesLeft) {
  const std::string long_text = le(std::uint64_t{UINT64_MAX}) + "abc";
  expect_fault(Fault::corrupt, "want 18446744073709551615 bytes at 8, got 3",
               [&] { parsed(ValueType::text, long_text); });
  for (const std::uint32_t element : {0U, 4U, 7U, 8U, 9U, 12U}) {
    const std::string many = array(element, UINT64_MAX / 2, "abcdefgh");
    expect_fault(Fault::corrupt, "cannot fit", [&] { parsed(ValueType::array, many); });
  }
  const std::string inner = array(8, 1, le(std::uint64_t{100}) + "abc");
  expect_fault(Fault::corrupt, "want 100 bytes at 20", [&] { parsed(ValueType::array, inner); });
  expect_fault(Fault::corrupt, "want 4 bytes", [&] { parsed(ValueType::u32, "abc"); });
}

TEST(GgufValue, TruthValuesAreZeroOrOne) {
  expect_fault(Fault::corrupt, "truth value 2 at 0", [&] { parsed(ValueType::boolean, "\2"); });
  const std::string list = array(7, 3, std::string("\1\0\xFF", 3));
  expect_fault(Fault::corrupt, "truth value 255 at 14", [&] { parsed(ValueType::array, list); });
}

TEST(GgufValue, UnknownTypesAreRefused) {
  expect_fault(Fault::unsupported, "type number 13",
               [&] { parsed(ValueType{13}, "abcdefghijkl"); });
  const std::string list = array(99, 1, "abc");
  expect_fault(Fault::unsupported, "type number 99", [&] { parsed(ValueType::array, list); });
  EXPECT_THROW(static_cast<void>(name_of(ValueType{13})), Error);
}

TEST(GgufValue, SaysWhichTypeWasWanted) {
  const Value word = Value::text("x");
  const Value whole = Value::number(std::int32_t{-4});
  const Value real = Value::number(1.5F);
  const Value list = Value::numbers<float>({1, 2});
  expect_fault(Fault::corrupt, "want an integer, got text", [&] { (void)word.to_signed(); });
  expect_fault(Fault::corrupt, "want an integer, got f32", [&] { (void)real.to_unsigned(); });
  expect_fault(Fault::corrupt, "not negative, got -4", [&] { (void)whole.to_unsigned(); });
  expect_fault(Fault::corrupt, "want a number, got text", [&] { (void)word.to_real(); });
  expect_fault(Fault::corrupt, "want a truth value, got i32", [&] { (void)whole.to_bool(); });
  expect_fault(Fault::corrupt, "want a text, got array of f32", [&] { (void)list.to_text(); });
  expect_fault(Fault::corrupt, "want an array, got text", [&] { (void)word.items(); });
  expect_fault(Fault::corrupt, "want an array of text, got array of f32",
               [&] { (void)list.to_texts(); });
  expect_fault(Fault::corrupt, "want an array of integers, got array of f32",
               [&] { (void)list.to_integers(); });
  expect_fault(Fault::corrupt, "want an array of numbers, got text",
               [&] { (void)word.to_reals(); });
  expect_fault(Fault::corrupt, "out of range",
               [&] { (void)Value::number(std::uint64_t{UINT64_MAX}).to_signed(); });
}

TEST(GgufValue, IsWrittenAsTheLayoutSays) {
  const auto written = [](const Value& v) {
    std::string out;
    v.append_to(out);
    return out;
  };
  EXPECT_EQ(written(Value::number(std::uint16_t{513})), le(std::uint32_t{2}) + "\1\2");
  EXPECT_EQ(written(Value::number(true)), le(std::uint32_t{7}) + "\1");
  EXPECT_EQ(written(Value::number(-2.5)), le(std::uint32_t{12}) + le(-2.5));
  EXPECT_EQ(written(Value::text("hi")), le(std::uint32_t{8}) + text("hi"));
  EXPECT_EQ(written(Value::texts({"a", "bc"})),
            le(std::uint32_t{9}) + array(8, 2, text("a") + text("bc")));
  EXPECT_EQ(written(Value::numbers<std::int64_t>({-1})),
            le(std::uint32_t{9}) + array(11, 1, le(std::int64_t{-1})));
  EXPECT_EQ(written(Value::arrays({Value::texts({"a"}), Value::numbers<std::uint8_t>({})})),
            le(std::uint32_t{9}) + array(9, 2, array(8, 1, text("a")) + array(0, 0, "")));
  expect_fault(Fault::usage, "array of arrays", [] { (void)Value::arrays({Value::text("a")}); });
}

TEST(GgufValue, IdenticalValuesHaveOneTypeAndOneContent) {
  EXPECT_TRUE(identical(Value::text("a"), Value::text("a")));
  EXPECT_FALSE(identical(Value::text("a"), Value::text("b")));
  EXPECT_FALSE(identical(Value::text("a"), Value::text("ab")));
  EXPECT_FALSE(identical(Value::number(std::uint8_t{1}), Value::number(std::int8_t{1})));
  EXPECT_TRUE(identical(Value::numbers<float>({1, 2}), Value::numbers<float>({1, 2})));
  EXPECT_FALSE(identical(Value::numbers<float>({}), Value::numbers<double>({})));
}

}  // namespace
}  // namespace pare::gguf
