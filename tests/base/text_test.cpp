#include "base/text.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace pare {
namespace {

TEST(EscapeTerminal, ShowsControlCharactersInsteadOfSendingThem) {
  EXPECT_EQ(escape_terminal("conv\x1b[2J\n\t\x7f"), "conv\\x1b[2J\\x0a\\x09\\x7f");
  EXPECT_EQ(escape_terminal("caf\xC3\xA9 \xED\x95\x9C"), "caf\xC3\xA9 \xED\x95\x9C");
  // Right-to-left override U+202E, zero width space U+200B, C1 control U+009B.
  EXPECT_EQ(escape_terminal("a\xE2\x80\xAE"
                            "b\xE2\x80\x8B\xC2\x9B"),
            "a\\u202eb\\u200b\\x9b");
  EXPECT_EQ(escape_terminal(std::string("a\0b", 3)), "a\\x00b");
}

TEST(EscapeTerminal, ShowsBrokenUtf8AsBytes) {
  EXPECT_EQ(escape_terminal("\xFF\xC3"
                            "x"),
            "\\xff\\xc3x");
  EXPECT_EQ(escape_terminal("\xC0\xAF"), "\\xc0\\xaf");           // overlong '/'
  EXPECT_EQ(escape_terminal("\xED\xA0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(escape_terminal("\xE2\x82"), "\\xe2\\x82");           // cut off
}

TEST(EscapeTerminal, CutsAtTheLimitInCharacters) {
  EXPECT_EQ(escape_terminal("\xC3\xA9\xC3\xA9\xC3\xA9", 2), "\xC3\xA9\xC3\xA9...");
  EXPECT_EQ(escape_terminal("abc", 3), "abc");
}

TEST(EscapeHtml, LeavesNothingThatCouldBecomeMarkup) {
  EXPECT_EQ(escape_html("<b a='1' c=\"2\">&"), "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;");
  EXPECT_EQ(escape_html("\xFF"), "\xEF\xBF\xBD");
}

TEST(ValidUtf8, KeepsWhatIsValidAndReplacesTheRest) {
  const std::string good = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";
  EXPECT_EQ(valid_utf8(good), good);
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80").size(), 12U);  // above U+10FFFF: four replacements
  EXPECT_EQ(valid_utf8("x\x80y"), "x\xEF\xBF\xBDy");
}

TEST(Text, SplitsJoinsAndTrims) {
  EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string>{"a", "", "b", ""}));
  EXPECT_EQ(split("", ','), (std::vector<std::string>{""}));
  EXPECT_EQ(join({"a", "b", "c"}, ", "), "a, b, c");
  EXPECT_EQ(join({}, ", "), "");
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(lower("AbC\xC3\x89"), "abc\xC3\x89");
}

TEST(Text, SaysSizesAndTimesForPeople) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1'500'000), "1.50 MB");
  EXPECT_EQ(human_bytes(999'999), "1.00 MB");
  EXPECT_EQ(human_bytes(UINT64_MAX), "18.45 EB");
  EXPECT_EQ(human_time(80), "1 min 20 s");
  EXPECT_EQ(human_time(7260), "2 h 1 min");
  EXPECT_EQ(human_time(2.5), "2.5 s");
  EXPECT_EQ(human_time(0.25), "250.0 ms");
  EXPECT_EQ(human_time(12e-6), "12.0 us");
}

template <class Parse>
bool refuses(Parse&& parse, std::string_view text) {
  try {
    static_cast<void>(parse(text));
  } catch (const Error& error) {
    return error.fault() == Fault::usage;
  }
  return false;
}

TEST(Text, ReadsSizes) {
  EXPECT_EQ(parse_bytes("300000"), 300'000U);
  EXPECT_EQ(parse_bytes("5MB"), 5'000'000U);
  EXPECT_EQ(parse_bytes(" 1.5 GiB "), 1'610'612'736U);
  EXPECT_EQ(parse_bytes("2kib"), 2048U);
  for (const char* text : {"", "MB", "-1", "5 XB", "nan", "inf", "1e30", "5 MB x"}) {
    EXPECT_TRUE(refuses(parse_bytes, text)) << text;
  }
}

TEST(Text, ReadsTimesAndFractions) {
  EXPECT_DOUBLE_EQ(parse_seconds("20ms"), 0.02);
  EXPECT_DOUBLE_EQ(parse_seconds("2 min"), 120);
  EXPECT_DOUBLE_EQ(parse_seconds("1.5s"), 1.5);
  EXPECT_DOUBLE_EQ(parse_fraction("1%"), 0.01);
  EXPECT_DOUBLE_EQ(parse_fraction("0.25"), 0.25);
  EXPECT_DOUBLE_EQ(parse_fraction("100%"), 1);
  for (const char* text : {"20", "", "-5s", "5 hours"}) {
    EXPECT_TRUE(refuses(parse_seconds, text)) << text;
  }
  for (const char* text : {"101%", "2", "-1%", "", "1 % x"}) {
    EXPECT_TRUE(refuses(parse_fraction, text)) << text;
  }
}

}  // namespace
}  // namespace pare
