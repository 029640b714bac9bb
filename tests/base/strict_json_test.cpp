#include "base/strict_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace pare {
namespace {

using testing::HasSubstr;

void expect_corrupt(const std::string& text, const std::string& part) {
  try {
    static_cast<void>(parse_strict_json(text));
    ADD_FAILURE() << text;
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::corrupt) << e.what();
    EXPECT_THAT(e.what(), HasSubstr(part));
  }
}

TEST(StrictJson, KeepsEverythingInOrder) {
  const std::string text = R"({"b":[1,-2,2.5,null,true,"x\u00e9"],"a":{"c":{},"d":[]}})";
  EXPECT_EQ(parse_strict_json(" \n" + text + "\t ").dump(),
            R"({"b":[1,-2,2.5,null,true,"xé"],"a":{"c":{},"d":[]}})");
  EXPECT_EQ(parse_strict_json("7"), 7);
  EXPECT_EQ(parse_strict_json("[{\"a\":1},{\"a\":1}]").size(), 2U);
}

TEST(StrictJson, RefusesNamesGivenTwice) {
  expect_corrupt(R"({"a":1,"b":2,"a":3})", "the name 'a' is given twice");
  expect_corrupt(R"([{"x":{"a":1,"\u0061":3}}])", "the name 'a' is given twice");
}

TEST(StrictJson, RefusesWhatIsNoJson) {
  expect_corrupt("", "no JSON");
  expect_corrupt(" \n", "no JSON");
  expect_corrupt("\xEF\xBB\xBF{}", "byte order mark");
  expect_corrupt(std::string("{}\0{", 4), "a NUL at 2");
  expect_corrupt("{} x", "no valid JSON at byte 4");
  expect_corrupt("{\"a\":}", "no valid JSON at byte 6, after '{\"a\":}'");
  expect_corrupt("{\"a\":1,}", "no valid JSON");
  expect_corrupt("[1,2", "no valid JSON");
  expect_corrupt("[NaN]", "no valid JSON");
  expect_corrupt("[01]", "no valid JSON");
  expect_corrupt("// c\n1", "no valid JSON");
  expect_corrupt("[\"\xC3\"]", "no valid JSON");
  expect_corrupt("[\"\xED\xA0\x80\"]", "no valid JSON");
  expect_corrupt("[\"\\ud800\"]", "no valid JSON");
  expect_corrupt("[\"\x01\"]", "no valid JSON");
}

TEST(StrictJson, DepthIsLimited) {
  const std::string deep = std::string(kMostJsonDepth, '[') + std::string(kMostJsonDepth, ']');
  EXPECT_NO_THROW(static_cast<void>(parse_strict_json(deep)));
  expect_corrupt("[" + deep + "]", "nested deeper than 100");
  expect_corrupt(std::string(1000000, '['), "nested deeper than 100");
}

}  // namespace
}  // namespace pare
