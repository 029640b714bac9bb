#include "report/figures.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace pare::report {
namespace {

TEST(Figures, ReadAsExpected) {
  EXPECT_EQ(percent(0.9125), "91.25\u202f%");
  EXPECT_EQ(bytes(1500000), "1.50\u202fMB");
  EXPECT_EQ(milliseconds(0.12345), "0.123\u202fms");
  EXPECT_EQ(milliseconds(12.345), "12.35\u202fms");
  EXPECT_EQ(milliseconds(1234.5), "1234.5\u202fms");
  EXPECT_EQ(times(2.264), "2.26\u00d7");
  EXPECT_EQ(decibels(-3.25), "\u22123.2\u202fdB");
  EXPECT_EQ(decimal(-0.0001, 2), "0.00");
  EXPECT_EQ(count(0), "0");
  EXPECT_EQ(count(999), "999");
  EXPECT_EQ(count(1000), "1,000");
  EXPECT_EQ(count(1234567), "1,234,567");
}

TEST(Figures, NothingIsADash) {
  for (const std::string& text :
       {percent(NAN), bytes(NAN), bytes(-1), bytes(1e300), milliseconds(INFINITY), times(0),
        times(NAN), decibels(NAN), count(NAN), decimal(1e300, 2)}) {
    EXPECT_EQ(text, kDash);
  }
  EXPECT_EQ(percent_interval(NAN, 1), "");
  EXPECT_EQ(times_interval(0, 0), "");
}

TEST(Words, EveryTextHasBothLanguagesAndTheSamePlaces) {
  std::set<std::string_view> keys;
  const auto places = [](std::string_view text) {
    std::multiset<char> out;
    for (std::size_t i = 0; i + 2 < text.size(); ++i) {
      if (text[i] == '{' && text[i + 2] == '}') out.insert(text[i + 1]);
    }
    return out;
  };
  // "가" to "힣" are three bytes that begin with EA to ED in UTF-8.
  const auto has_hangul = [](std::string_view text) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0xEA && byte <= 0xED) return true;
    }
    return false;
  };
  const std::set<std::string_view> international = {"sha256", "cpu", "points"};
  for (const Word& w : kWords) {
    EXPECT_TRUE(keys.insert(w.key).second) << w.key;
    EXPECT_FALSE(w.en.empty()) << w.key;
    EXPECT_EQ(places(w.en), places(w.ko)) << w.key;
    EXPECT_EQ(has_hangul(w.ko), international.count(w.key) == 0) << w.key;
    EXPECT_FALSE(has_hangul(w.en)) << w.key;
  }
}

TEST(Words, PlacesAreFilledAndTextsEscaped) {
  const Phrase p = say(Word{"k", "a < {0} & {1}", "{1} > {0}"}, {same("<b>x</b>"), plain("<y>")});
  EXPECT_EQ(p.en, "a &lt; <b>x</b> &amp; &lt;y&gt;");
  EXPECT_EQ(p.ko, "&lt;y&gt; &gt; <b>x</b>");
}

TEST(Shell, WordsAreQuotedWhereNeeded) {
  EXPECT_EQ(shell_word("a/b-c_1.onnx"), "a/b-c_1.onnx");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("a b"), "'a b'");
  EXPECT_EQ(shell_word("$(x)'`"), "'$(x)'\\''`'");
  EXPECT_EQ(shell_word("~"), "'~'");
}

}  // namespace
}  // namespace pare::report
