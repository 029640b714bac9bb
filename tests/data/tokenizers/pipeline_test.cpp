// The steps of text on its way to and from tokens.
#include <gtest/gtest.h>

#include <cstring>

#include "base/error.hpp"
#include "data/tokenizers/added_tokens.hpp"
#include "data/tokenizers/charsmap.hpp"
#include "data/tokenizers/decoder.hpp"
#include "data/tokenizers/normalizer.hpp"
#include "data/tokenizers/splitter.hpp"
#include "data/tokenizers/utf8.hpp"
#include "media/expect.hpp"

namespace pare {
namespace {

using Texts = std::vector<std::string>;

std::string run(const TextStep& step, std::string_view text, bool first = true) {
  return step(text, first);
}

Texts cut(const std::vector<PieceStep>& steps, std::string text, bool first = true) {
  Pieces pieces = Pieces::of(std::move(text), first);
  for (const PieceStep& s : steps) s(pieces);
  Texts out;
  for (std::size_t i = 0; i < pieces.count(); ++i) out.emplace_back(pieces.at(i));
  return out;
}

Texts cut_by(std::string_view name, const std::string& text) {
  std::vector<PieceStep> steps;
  for (const std::string& p : named_pre_tokenizer(name).patterns) {
    steps.push_back(split_at(Pattern(p), Split::isolated));
  }
  return cut(steps, text);
}

TEST(Pattern, FindsMatchesFromLeftToRight) {
  using Ranges = std::vector<TextRange>;
  EXPECT_EQ(Pattern("a+").matches("baaab a"), (Ranges{{1, 4}, {6, 7}}));
  EXPECT_EQ(Pattern("x*").matches("axxb"), (Ranges{{1, 3}}));
  EXPECT_EQ(Pattern(R"(\p{L}+)").matches("1\xC3\xA9z2"), (Ranges{{1, 4}}));
  EXPECT_EQ(Pattern("^b$").matches("a\nb\nc"), (Ranges{{2, 3}}));
  EXPECT_EQ(Pattern::literal("aa").matches("aaaaa"), (Ranges{{0, 2}, {2, 4}}));
  EXPECT_TRUE(Pattern::literal("").matches("abc").empty());
  EXPECT_TRUE(Pattern("a").matches("").empty());
  EXPECT_EQ(Pattern(R"(\s+$)").matches("a  b  "), (Ranges{{4, 6}}));
  EXPECT_EQ(Pattern(R"(\s+$)").matches("a \n b"), (Ranges{{1, 2}}));
}

TEST(Pattern, MalformedOnesSayWhere) {
  EXPECT_NE(expect_fault(Fault::corrupt, [] { Pattern("a(b"); }).find("at 3"), std::string::npos);
  expect_fault(Fault::corrupt, [] { Pattern("[b-a]"); });
  expect_fault(Fault::corrupt, [] { Pattern("\\C"); });
  expect_fault(Fault::resource, [] { Pattern(std::string(70'000, 'a')); });
}

/// `count` times the letter, and an end.
std::string run_of(std::size_t count, char letter, std::string_view end) {
  std::string out(count, letter);
  for (const char c : end) out.push_back(c);
  return out;
}

TEST(Pattern, BacktrackingEnds) {
  expect_fault(Fault::resource, [] {
    static_cast<void>(Pattern("(a|a)+(a|a)+(a|a)+c").matches(run_of(200, 'a', "bc")));
  });
  // Long runs are no reason to stop.
  EXPECT_EQ(Pattern(std::string(kGpt2Pattern)).matches(run_of(1 << 20, ' ', "a")).size(), 2U);
  EXPECT_EQ(Pattern(R"(\s+$)").matches(run_of(1 << 20, ' ', "a")).size(), 0U);
}

TEST(Splitter, EveryWayToTreatMatches) {
  const auto by = [](Split how, bool inverted = false) {
    return cut({split_at(Pattern("-+"), how, inverted)}, "-a--b-");
  };
  EXPECT_EQ(by(Split::removed), (Texts{"a", "b"}));
  EXPECT_EQ(by(Split::isolated), (Texts{"-", "a", "--", "b", "-"}));
  EXPECT_EQ(by(Split::with_previous), (Texts{"-", "a--", "b-"}));
  EXPECT_EQ(by(Split::with_next), (Texts{"-a", "--b", "-"}));
  EXPECT_EQ(by(Split::removed, true), (Texts{"-", "--", "-"}));
  const auto singly = [](Split how) { return cut({split_at(Pattern("-"), how)}, "a--b"); };
  EXPECT_EQ(singly(Split::isolated), (Texts{"a", "-", "-", "b"}));
  EXPECT_EQ(singly(Split::contiguous), (Texts{"a", "--", "b"}));
  EXPECT_EQ(singly(Split::with_previous), (Texts{"a-", "-", "b"}));
  EXPECT_EQ(singly(Split::with_next), (Texts{"a", "-", "-b"}));
  EXPECT_TRUE(cut({split_at(Pattern("a"), Split::removed)}, "").empty());
}

TEST(Splitter, WordsBeginWithTheirMarks) {
  const auto words = [](const std::string& text) { return cut({split_before("_")}, text); };
  EXPECT_EQ(words("_a__b_"), (Texts{"_a", "__b", "_"}));
  EXPECT_EQ(words("a_b"), (Texts{"a", "_b"}));
  EXPECT_EQ(words("___"), (Texts{"___"}));
  EXPECT_EQ(words("a"), (Texts{"a"}));
  EXPECT_EQ(cut({split_at(Pattern("-"), Split::isolated), split_before("_")}, "_a-_b-c_"),
            (Texts{"_a", "-", "_b", "-", "c", "_"}));
  EXPECT_TRUE(words("").empty());
}

TEST(Splitter, MarksOfBlanks) {
  const auto marked = [](Prefix p, const std::string& text, bool first) {
    return cut({mark_spaces("_", p), split_at(Pattern::literal("_"), Split::with_next)}, text,
               first);
  };
  EXPECT_EQ(marked(Prefix::always, "a b", false), (Texts{"_a", "_b"}));
  EXPECT_EQ(marked(Prefix::first, "a b", false), (Texts{"a", "_b"}));
  EXPECT_EQ(marked(Prefix::first, "a b", true), (Texts{"_a", "_b"}));
  EXPECT_EQ(marked(Prefix::never, "a b", true), (Texts{"a", "_b"}));
  EXPECT_EQ(marked(Prefix::always, " a", true), (Texts{"_a"}));
  EXPECT_EQ(
      cut({split_at_characters(is_white_space, Split::removed), mark_spaces("_", Prefix::first)},
          " a b"),
      (Texts{"a", "b"}));
  EXPECT_EQ(cut({prefix_space()}, "a"), (Texts{" a"}));
  EXPECT_EQ(cut({prefix_space()}, " a"), (Texts{" a"}));
  EXPECT_EQ(cut({byte_letters_step()}, " \xC3\xA9"), (Texts{"\xC4\xA0\xC3\x83\xC2\xA9"}));
}

TEST(PreTokenizers, CutAsTheirModelsDo) {
  const std::string text = "Hello's  W\xC3\xB6rld 12345!!\n\n  x";
  EXPECT_EQ(cut_by("gpt-2", text),
            (Texts{"Hello", "'s", " ", " W\xC3\xB6rld", " 12345", "!!", "\n\n ", " x"}));
  EXPECT_EQ(cut_by("llama-bpe", text),
            (Texts{"Hello", "'s", " ", " W\xC3\xB6rld", " ", "123", "45", "!!\n\n", " ", " x"}));
  EXPECT_EQ(cut_by("qwen2", text), (Texts{"Hello", "'s", " ", " W\xC3\xB6rld", " ", "1", "2", "3",
                                          "4", "5", "!!\n\n", " ", " x"}));
  EXPECT_EQ(cut_by("llama-bpe", "I'LL don'T"), (Texts{"I", "'LL", " don", "'T"}));
  EXPECT_EQ(cut_by("tekken", "camelCase XMLFile 12/\n"),
            (Texts{"camel", "Case", " XMLFile", " ", "1", "2", "/\n"}));
  EXPECT_EQ(cut_by("gpt-4o", "camelCase don't 1234"),
            (Texts{"camel", "Case", " don't", " ", "123", "4"}));
  EXPECT_EQ(cut_by("falcon", "a, b 12345"), (Texts{"a", ",", " b", " ", "123", "45"}));
  EXPECT_EQ(cut_by("default", "ab, 12345"), (Texts{"ab", ",", " ", "123", "45"}));
  EXPECT_EQ(cut_by("", "a1"), (Texts{"a", "1"}));
  EXPECT_EQ(cut_by("starcoder", "a 12"), (Texts{"a", " ", "1", "2"}));
  EXPECT_EQ(cut_by("deepseek-llm", "ab\xE4\xB8\xAD\xE6\x96\x87 12, c\n"),
            (Texts{"ab", "\xE4\xB8\xAD\xE6\x96\x87", " ", "12", ",", " c", "\n"}));
  EXPECT_EQ(cut_by("deepseek-coder", "ab 12, c\n"), (Texts{"ab", " ", "1", "2", ",", " c", "\n"}));
  EXPECT_EQ(cut_by("deepseek-v3", "ab 1234.x \xE4\xB8\xAD"),
            (Texts{"ab", " ", "123", "4", ".x", " ", "\xE4\xB8\xAD"}));
  EXPECT_TRUE(named_pre_tokenizer("llama-bpe").whole_words);
  EXPECT_NE(expect_fault(Fault::unsupported, [] { named_pre_tokenizer("qwen3"); }).find("qwen2"),
            std::string::npos);
  for (const std::string& name : pre_tokenizer_names()) {
    // Whatever a way cuts, it loses nothing.
    std::string joined;
    for (const std::string& piece : cut_by(name, text)) joined += piece;
    EXPECT_EQ(joined, text) << name;
  }
}

TEST(Normalizer, Steps) {
  EXPECT_EQ(run(to_normal_form(NormalForm::nfd), "\xC3\xA9"), "e\xCC\x81");
  EXPECT_EQ(run(to_normal_form(NormalForm::nfc), "e\xCC\x81"), "\xC3\xA9");
  EXPECT_EQ(run(to_normal_form(NormalForm::nfkc), "\xEF\xAC\x81\xC2\xBD"),
            "fi1\xE2\x81\x84"
            "2");
  EXPECT_EQ(run(to_normal_form(NormalForm::nfkd), "\xEF\xAC\x81\xC3\xA9"), "fie\xCC\x81");
  EXPECT_EQ(run(to_lower_case(), "\xC3\x84\xCE\xA3I\xC4\xB0"), "\xC3\xA4\xCF\x83ii\xCC\x87");
  EXPECT_EQ(run(strip_accents(),
                "e\xCC\x81"
                "a"),
            "ea");
  EXPECT_EQ(run(strip_white_space(true, true), "\xC2\xA0 a b \n"), "a b");
  EXPECT_EQ(run(strip_white_space(true, false), " a "), "a ");
  EXPECT_EQ(run(strip_white_space(false, true), " a "), " a");
  EXPECT_EQ(run(strip_white_space(false, false), "  "), "  ");
  EXPECT_EQ(run(strip_white_space(true, true), "  "), "");
  EXPECT_EQ(run(replace_matches(Pattern(" {2,}"), " "), "a   b  c d"), "a b c d");
  EXPECT_EQ(run(prepend("_"), "a"), "_a");
  EXPECT_EQ(run(prepend("_"), ""), "");
  EXPECT_EQ(run(to_byte_letters(), " a"),
            "\xC4\xA0"
            "a");
  EXPECT_EQ(run(clean_for_translation(),
                "a\tb\x01\xE2\x80\x8B"
                "c\x7F"),
            "a b c");
  EXPECT_EQ(run(in_order({prepend("b"), prepend("a")}), "c"), "abc");
  EXPECT_EQ(upper_case("stra\xC3\x9F"
                       "e"),
            "STRASSE");
}

TEST(Normalizer, Bert) {
  EXPECT_EQ(run(bert_rules({}), "H\xC3\xA9llo\t\xE4\xB8\xAD\x01\xEF\xBF\xBD"),
            "hello  \xE4\xB8\xAD ");
  BertRules cased;
  cased.lower_case = cased.strip_accents = false;
  EXPECT_EQ(run(bert_rules(cased), "H\xC3\xA9"), "H\xC3\xA9");
  BertRules none = cased;
  none.clean = none.ideographs = false;
  EXPECT_EQ(run(bert_rules(none), "\t\xE4\xB8\xAD"), "\t\xE4\xB8\xAD");
}

std::string marks(std::string_view text) { return replace_all(text, "_", kSpaceMark); }

TEST(Normalizer, SentencePieceBlanks) {
  const auto with = [](bool prefix, bool everywhere, bool extra, bool suffix) {
    SentencePieceRules r;
    r.add_prefix = prefix;
    r.prefix_everywhere = everywhere;
    r.remove_extra = extra;
    r.blank_is_suffix = suffix;
    return sentencepiece_rules(r);
  };
  EXPECT_EQ(run(with(true, false, true, false), "  a   b "), marks("_a_b"));
  EXPECT_EQ(run(with(true, false, false, false), "  a "), marks("___a_"));
  EXPECT_EQ(run(with(false, false, true, false), " a "), "a");
  EXPECT_EQ(run(with(true, false, true, true), " a "), marks("a_"));
  EXPECT_EQ(run(with(true, false, true, false), "a", false), "a");
  EXPECT_EQ(run(with(true, true, true, false), "a", false), marks("_a"));
  EXPECT_EQ(run(with(true, false, true, false), "   "), "");
  EXPECT_EQ(run(with(true, false, false, false), "  "), marks("___"));
  EXPECT_EQ(run(with(true, false, false, false), ""), "");
  SentencePieceRules kept;
  kept.kept = std::make_shared<const Trie>(
      std::vector<std::pair<std::string_view, std::int32_t>>{{"<x> ", 3}});
  EXPECT_EQ(run(sentencepiece_rules(kept), "a <x>  b"), marks("_a_<x>_b"));
}

/// A double-array trie by hand: "A" -> "bc", "AB" -> "" (see charsmap.cpp for the bits).
std::string charsmap_bytes() {
  std::vector<std::uint32_t> units(512, 0x7F);  // 0x7F: the byte of a unit that is not in use
  const auto unit = [](std::uint32_t offset, bool value, std::uint32_t byte) {
    return offset << 10U | (value ? 0x100U : 0) | byte;
  };
  units[0] = unit(256, false, 0);     // root: children at 256 ^ byte
  const std::uint32_t a = 256 ^ 'A';  // value at a ^ offset, children at a ^ offset ^ byte
  units[a] = unit(64, true, 'A');
  units[a ^ 64] = 0x80000000U | 0;  // "bc" stands at 0
  const std::uint32_t b = a ^ 64 ^ 'B';
  units[b] = unit(32, true, 'B');
  units[b ^ 32] = 0x80000000U | 2;  // the end of "bc": an empty text
  std::string out(4 + 4 * units.size(), '\0');
  const auto size = static_cast<std::uint32_t>(4 * units.size());
  std::memcpy(out.data(), &size, 4);
  std::memcpy(out.data() + 4, units.data(), 4 * units.size());
  return out + std::string("bc\0", 3);
}

TEST(Charsmap, TakesTheLongestBeginning) {
  const Charsmap map(charsmap_bytes());
  EXPECT_EQ(map.apply("xAyABA\xC3\xA9"), "xbcybc\xC3\xA9");
  EXPECT_FALSE(map.find("x", 0).has_value());
  EXPECT_EQ(map.find("AB", 0)->size, 2U);
}

TEST(Charsmap, BrokenOnesAreCorrupt) {
  const std::string good = charsmap_bytes();
  for (const std::string& bad :
       {std::string(), good.substr(0, 3), good.substr(0, 100), good.substr(0, good.size() - 1),
        std::string("\0\0\0\0a\0", 6), std::string("\3\0\0\0aaa\0", 8)}) {
    expect_fault(Fault::corrupt, [&] { Charsmap{bad}; });
  }
  std::string far = good.substr(0, good.size() - 3) + std::string(2000, 'x') + '\0';
  expect_fault(Fault::corrupt, [&] { static_cast<void>(Charsmap(far).apply("A")); });
  expect_robust(
      good,
      [](auto bytes) {
        static_cast<void>(
            Charsmap(
                {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()})
                .apply("xABA\xC3\xA9"));
      },
      37);
}

std::vector<std::pair<std::size_t, TokenId>> found(const AddedTokens& added, std::string_view text,
                                                   bool special = true, bool normalized = false) {
  std::vector<std::pair<std::size_t, TokenId>> out;
  for (const auto& f : added.find(text, normalized, special)) {
    out.emplace_back(f.range.begin, f.id);
    out.emplace_back(f.range.end, -1);
  }
  return out;
}

TEST(AddedTokens, TheLongestOfTheLeftmost) {
  using Found = std::vector<std::pair<std::size_t, TokenId>>;
  const AddedTokens added({{"<a>", 1, true},
                           {"<a><b>", 2, true},
                           {"x", 3},
                           {"n", 4, false, false, false, false, true}});
  EXPECT_EQ(found(added, "x<a><b><a>"),
            (Found{{0, 3}, {1, -1}, {1, 2}, {7, -1}, {7, 1}, {10, -1}}));
  EXPECT_EQ(found(added, "x<a>n", false), (Found{{0, 3}, {1, -1}}));
  EXPECT_EQ(found(added, "x<a>n", true, true), (Found{{4, 4}, {5, -1}}));
  EXPECT_EQ(added.by_id(2)->content, "<a><b>");
  EXPECT_EQ(added.by_id(9), nullptr);
  EXPECT_EQ(added.by_content("x")->id, 3);
  EXPECT_EQ(added.by_content("y"), nullptr);
}

TEST(AddedTokens, TakeWhiteSpaceAndKeepToWords) {
  using Found = std::vector<std::pair<std::size_t, TokenId>>;
  const AddedTokens added({{"<l>", 1, true, false, true, false},
                           {"<r>", 2, true, false, false, true},
                           {"word", 3, false, true}});
  EXPECT_EQ(found(added, "a \xC2\xA0<l> b"), (Found{{1, 1}, {7, -1}}));
  EXPECT_EQ(found(added, "a <r> \n b"), (Found{{2, 2}, {8, -1}}));
  EXPECT_EQ(found(added, "<r>  <l>"), (Found{{0, 2}, {5, -1}, {5, 1}, {8, -1}}));
  EXPECT_EQ(found(added, "word words sword word"), (Found{{0, 3}, {4, -1}, {17, 3}, {21, -1}}));
  EXPECT_EQ(found(added, "\xC3\xA9word"), Found());
}

TEST(AddedTokens, RefuseWhatIsNone) {
  expect_fault(Fault::corrupt, [] { AddedTokens({{"", 1}}); });
  expect_fault(Fault::corrupt, [] { AddedTokens({{"a", 1}, {"a", 2}}); });
  expect_fault(Fault::resource, [] { AddedTokens({{std::string(5000, 'a'), 1}}); });
}

std::string decoded(const DecodeRules& rules, const Texts& tokens, bool* held = nullptr) {
  DecodeState state(rules);
  std::string out;
  for (const std::string& t : tokens) {
    const std::string part = state.push(t);
    if (held != nullptr && !part.empty()) *held = false;
    EXPECT_EQ(whole_utf8(part), part.size());
    out += part;
  }
  return out + state.finish();
}

TEST(Decoder, Steps) {
  using K = DecodeStep::Kind;
  const auto rules = [](std::vector<DecodeStep> each, std::size_t strip = 0) {
    DecodeRules r;
    r.each = std::move(each);
    r.strip_first = strip;
    return r;
  };
  EXPECT_EQ(decoded(rules({{K::byte_letters}}), {"\xC4\xA0"
                                                 "a",
                                                 "\xC3\x83", "\xC2\xA9", "\xE4\xB8\xAD"}),
            " a\xC3\xA9\xE4\xB8\xAD");
  EXPECT_EQ(decoded(rules({{K::byte_tokens}}), {"a", "<0xC3>", "<0xA9>", "<0xC3>", "b"}),
            "a\xC3\xA9\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(decoded(rules({{K::replace, " ", Pattern::literal("_")}}, 1), {"_a", "_b"}), "a b");
  EXPECT_EQ(decoded(rules({{K::replace, " ", Pattern("[_-]")}}, 3), {"_", "-", "", "_a-b"}), "a b");
  EXPECT_EQ(decoded(rules({{K::strip, "x", Pattern::literal(""), 1, 2}}), {"xxaxxx", "x"}), "xax");
  EXPECT_EQ(decoded(rules({{K::strip}}), {"a"}), "a");
  EXPECT_EQ(decoded(rules({{K::space_marks, "_", Pattern::literal(""), 1}}), {"__a", "_b"}),
            " a b");
  EXPECT_EQ(decoded(rules({{K::space_marks, "_"}}), {"_a", "_b"}), " a b");
  EXPECT_EQ(decoded(rules({{K::word_suffix, "</w>"}}), {"a", "b</w>", "c</w>"}), "ab c");
  EXPECT_EQ(decoded(rules({{K::word_pieces, "##", Pattern::literal(""), 0, 0, true}}),
                    {"do", "##es", "n't", "it", ".", "##"}),
            "doesn't it.");
  EXPECT_EQ(decoded(rules({{K::word_pieces, "##"}}), {"a", "."}), "a .");
  EXPECT_EQ(decoded(rules({}), {}), "");
}

TEST(Decoder, WhatNeedsTheWholeTextWaitsForIt) {
  DecodeRules rules;
  rules.whole.push_back(replace_matches(Pattern("ab"), "x"));
  bool held = true;
  EXPECT_EQ(decoded(rules, {"a", "b", "a"}, &held), "xa");
  EXPECT_TRUE(held);
}

TEST(Decoder, BeginsAnewAfterTheEnd) {
  DecodeRules rules;
  rules.strip_first = 1;
  DecodeState state(rules);
  EXPECT_EQ(state.push(" a"), "a");
  EXPECT_EQ(state.push("\xC3"), "");
  EXPECT_EQ(state.finish(), "\xEF\xBF\xBD");
  EXPECT_EQ(state.push(" b"), "b");
}

}  // namespace
}  // namespace pare
