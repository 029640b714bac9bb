// The models of tokenizers, against what their definitions give.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "base/error.hpp"
#include "base/rng.hpp"
#include "data/tokenizers/models.hpp"
#include "data/tokenizers/trie.hpp"
#include "data/tokenizers/utf8.hpp"
#include "media/expect.hpp"

namespace pare {
namespace {

using Ids = std::vector<TokenId>;
using Merges = std::vector<std::pair<std::string, std::string>>;

Ids encode(const TokenModel& model, std::string_view text) {
  Ids out;
  model.encode(text, out);
  return out;
}

Ids joined(Ids a, const Ids& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string random_word(Rng& rng, std::size_t letters, std::string_view alphabet) {
  std::string out;
  for (std::size_t i = 0; i < letters; ++i) out += alphabet[rng.below(alphabet.size())];
  return out;
}

/// Merges in the order of the list, one pair at a time: the definition of byte-pair encoding.
std::vector<std::string> merged(std::vector<std::string> parts, const Merges& merges) {
  for (;;) {
    std::size_t best = merges.size();
    std::size_t at = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      for (std::size_t m = 0; m < best; ++m) {
        if (merges[m] == std::pair(parts[i], parts[i + 1])) {
          best = m;
          at = i;
        }
      }
    }
    if (best == merges.size()) return parts;
    parts[at] += parts[at + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
}

std::vector<std::string> letters_of(const std::string& word) {
  std::vector<std::string> out;
  for (const char c : word) out.emplace_back(1, c);
  return out;
}

TEST(Bpe, MergesAsTheDefinitionSays) {
  Rng rng(1);
  for (int round = 0; round < 30; ++round) {
    // Random merges of what is there.
    std::vector<std::string> tokens = {"a", "b", "c"};
    Merges merges;
    for (int m = 0; m < 25; ++m) {
      const std::string l = tokens[rng.below(tokens.size())];
      const std::string r = tokens[rng.below(tokens.size())];
      if (std::find(tokens.begin(), tokens.end(), l + r) != tokens.end()) continue;
      merges.emplace_back(l, r);
      tokens.push_back(l + r);
    }
    const Vocabulary v(tokens);
    const auto model = make_bpe(v, merges, {});
    for (int t = 0; t < 30; ++t) {
      const std::string word = random_word(rng, 1 + rng.below(20), "abc");
      Ids wanted;
      for (const std::string& part : merged(letters_of(word), merges))
        wanted.push_back(v.find(part));
      EXPECT_EQ(encode(*model, word), wanted) << word;
    }
  }
}

TEST(Bpe, EqualMergesGoFromTheLeft) {
  const Vocabulary v({"a", "aa"});
  const auto model = make_bpe(v, {{"a", "a"}}, {});
  EXPECT_EQ(encode(*model, "aaaaa"), (Ids{1, 1, 0}));
}

TEST(Bpe, UnknownCharactersByEveryRule) {
  const Vocabulary v({"a", "<unk>", "<0xC3>", "<0xA9>"});
  EXPECT_EQ(encode(*make_bpe(v, {}, {}),
                   "a\xC3\xA9z"
                   "a"),
            (Ids{0, 0}));
  BpeOptions o;
  o.unknown.unknown = 1;
  EXPECT_EQ(encode(*make_bpe(v, {}, o),
                   "a\xC3\xA9z"
                   "a"),
            (Ids{0, 1, 1, 0}));
  o.unknown.fuse = true;
  EXPECT_EQ(encode(*make_bpe(v, {}, o),
                   "a\xC3\xA9z"
                   "a"),
            (Ids{0, 1, 0}));
  o.unknown.byte_fallback = true;
  EXPECT_EQ(encode(*make_bpe(v, {}, o),
                   "a\xC3\xA9z"
                   "a"),
            (Ids{0, 2, 3, 1, 0}));
}

TEST(Bpe, SuffixPrefixAndWholeWords) {
  const Vocabulary v({"a", "b", "b</w>", "ab</w>", "abb", "bb"});
  BpeOptions o;
  o.word_suffix = "</w>";
  EXPECT_EQ(encode(*make_bpe(v, {{"a", "b</w>"}}, o), "ab"), (Ids{3}));
  EXPECT_EQ(encode(*make_bpe(v, {{"a", "b</w>"}}, o), "bab"), (Ids{1, 3}));
  o = {};
  o.whole_words = true;
  EXPECT_EQ(encode(*make_bpe(v, {{"b", "b"}}, o), "abb"), (Ids{4}));
  o.whole_words = false;
  EXPECT_EQ(encode(*make_bpe(v, {{"b", "b"}}, o), "abb"), (Ids{0, 5}));
  const Vocabulary w({"a", "##b", "ab", "##bb", "##c"});
  o.continuation_prefix = "##";
  EXPECT_EQ(encode(*make_bpe(w, {{"a", "##b"}}, o), "ab"), (Ids{2}));
  EXPECT_EQ(encode(*make_bpe(w, {{"##b", "##b"}}, o), "abb"), (Ids{0, 3}));
}

TEST(Bpe, MergesOfWhatIsNoTokenAreCorrupt) {
  const Vocabulary v({"a", "b"});
  for (const auto& merge : Merges{{"a", "b"}, {"a", "c"}, {"c", "a"}, {"", "a"}}) {
    EXPECT_NE(
        expect_fault(Fault::corrupt, [&] { make_bpe(v, {merge}, {}); }).find("reading merge 0"),
        std::string::npos);
  }
}

/// A doubled length takes about twice the time; nothing here depends on the clock but the patience
/// of whoever runs it: quadratic work on this length would take hours.
TEST(Bpe, LongTextsAreNotQuadratic) {
  const Vocabulary v({"a", "aa", "aaaa"});
  const auto model = make_bpe(v, {{"a", "a"}, {"aa", "aa"}}, {});
  EXPECT_EQ(encode(*model, std::string(1 << 20, 'a')).size(), std::size_t{1} << 18);
}

ScoredVocabulary scored(std::vector<float> scores, std::vector<TokenKind> kinds = {}) {
  kinds.resize(scores.size(), TokenKind::normal);
  return {std::move(scores), std::move(kinds)};
}

/// Merges the neighbours with the greatest score, one pair at a time.
std::vector<std::string> merged_by_score(std::vector<std::string> parts, const Vocabulary& v,
                                         const std::vector<float>& scores) {
  for (;;) {
    std::size_t at = parts.size();
    float best = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const TokenId id = v.find(parts[i] + parts[i + 1]);
      if (id >= 0 && (at == parts.size() || scores[static_cast<std::size_t>(id)] > best)) {
        best = scores[static_cast<std::size_t>(id)];
        at = i;
      }
    }
    if (at == parts.size()) return parts;
    parts[at] += parts[at + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  }
}

struct RandomVocabulary {
  std::vector<std::string> tokens = {"a", "b", "c"};
  std::vector<float> scores;

  explicit RandomVocabulary(Rng& rng) {
    for (int i = 0; i < 20; ++i) {
      const std::string t = random_word(rng, 2 + rng.below(4), "abc");
      if (std::find(tokens.begin(), tokens.end(), t) == tokens.end()) tokens.push_back(t);
    }
    // Quarters, so that sums are exact and ties are real.
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      scores.push_back(-0.25F * static_cast<float>(1 + rng.below(40)));
    }
  }
};

TEST(ScoredBpe, MergesAsTheDefinitionSays) {
  Rng rng(2);
  for (int round = 0; round < 30; ++round) {
    const RandomVocabulary r(rng);
    const Vocabulary v(r.tokens);
    const auto model = make_scored_bpe(v, scored(r.scores), {});
    for (int t = 0; t < 30; ++t) {
      const std::string word = random_word(rng, 1 + rng.below(20), "abc");
      Ids wanted;
      for (const auto& part : merged_by_score(letters_of(word), v, r.scores)) {
        wanted.push_back(v.find(part));
      }
      EXPECT_EQ(encode(*model, word), wanted) << word;
    }
  }
}

TEST(ScoredBpe, KindsOfTokens) {
  using K = TokenKind;
  const Vocabulary v({"<unk>", "a", "b", "ab", "aba", "<s>", "<0x7A>", "bb"});
  const std::vector<K> kinds = {K::unknown, K::normal,  K::normal, K::unused,
                                K::normal,  K::control, K::byte,   K::user_defined};
  const auto s = scored({0, -1, -2, -3, -4, 0, 0, 0}, kinds);
  const auto model = make_scored_bpe(v, s, {0, true, true});
  EXPECT_EQ(encode(*model, "aba"), (Ids{4}));         // through an unused one
  EXPECT_EQ(encode(*model, "ab"), (Ids{1, 2}));       // which is taken apart when it is left
  EXPECT_EQ(encode(*model, "abba"), (Ids{1, 7, 1}));  // a user-defined one never merges
  EXPECT_EQ(encode(*model, "z"), (Ids{6}));
  EXPECT_EQ(encode(*model, "yxa"), (Ids{0, 1}));
  EXPECT_EQ(encode(*model, "<s>"), (Ids{0}));
}

TEST(ScoredBpe, LongTextsAreNotQuadratic) {
  const Vocabulary v({"a", "aa", "aaaa"});
  const auto model = make_scored_bpe(v, scored({-1, -2, -3}), {});
  EXPECT_EQ(encode(*model, std::string(1 << 20, 'a')).size(), std::size_t{1} << 18);
}

TEST(ScoredModels, ScoresMustBeNumbers) {
  const Vocabulary v({"a", "b"});
  for (const auto& s : {scored({0}), scored({0, std::nanf("")}),
                        scored({0, std::numeric_limits<float>::infinity()})}) {
    expect_fault(Fault::corrupt, [&] { make_scored_bpe(v, s, {}); });
    expect_fault(Fault::corrupt, [&] { make_unigram(v, s, {}); });
  }
}

/// The best sum of scores over all ways to cut a word.
double best_sum(const std::string& word, const Vocabulary& v, const std::vector<float>& scores) {
  std::vector<double> best(word.size() + 1, -std::numeric_limits<double>::infinity());
  best[0] = 0;
  for (std::size_t end = 1; end <= word.size(); ++end) {
    for (std::size_t begin = 0; begin < end; ++begin) {
      const TokenId id = v.find(word.substr(begin, end - begin));
      if (id >= 0) {
        best[end] = std::max(
            best[end], best[begin] + static_cast<double>(scores[static_cast<std::size_t>(id)]));
      }
    }
  }
  return best.back();
}

TEST(Unigram, FindsTheBestWay) {
  Rng rng(3);
  for (int round = 0; round < 30; ++round) {
    const RandomVocabulary r(rng);
    const Vocabulary v(r.tokens);
    const auto model = make_unigram(v, scored(r.scores), {});
    for (int t = 0; t < 30; ++t) {
      const std::string word = random_word(rng, 1 + rng.below(30), "abc");
      std::string joined;
      double sum = 0;
      for (const TokenId id : encode(*model, word)) {
        joined += v.text(id);
        sum += static_cast<double>(r.scores[static_cast<std::size_t>(id)]);
      }
      EXPECT_EQ(joined, word);
      EXPECT_EQ(sum, best_sum(word, v, r.scores));
    }
  }
}

TEST(Unigram, KindsOfTokens) {
  using K = TokenKind;
  const Vocabulary v({"<unk>", "a", "b", "ab", "bb", "<0x7A>", "<s>"});
  const std::vector<K> kinds = {K::unknown,      K::normal, K::normal, K::unused,
                                K::user_defined, K::byte,   K::control};
  const auto model = make_unigram(v, scored({0, -1, -1, 0, -99, 0, 0}, kinds), {0, true, true});
  EXPECT_EQ(encode(*model, "ab"), (Ids{1, 2}));
  EXPECT_EQ(encode(*model, "abba"), (Ids{1, 4, 1}));
  EXPECT_EQ(encode(*model, "zz"), (Ids{5, 5}));
  EXPECT_EQ(encode(*model, "a\xC3\xA9<s>"), (Ids{1, 0}));
  // Only tokens for which scores mean nothing.
  const Vocabulary w({"<unk>"});
  EXPECT_EQ(encode(*make_unigram(w, scored({0}, {K::unknown}), {0, false, true}), "ab"), (Ids{0}));
}

TEST(WordPiece, TakesTheLongestOrNothing) {
  const Vocabulary v({"[UNK]", "un", "##aff", "##able", "##a", "a", "##ffordable", "una"});
  WordPieceOptions o;
  o.unknown = 0;
  const auto model = make_wordpiece(v, o);
  EXPECT_EQ(encode(*model, "unaffable"), (Ids{0}));  // "una" leads nowhere, and nothing goes back
  EXPECT_EQ(encode(*model, "unable"), (Ids{0}));
  EXPECT_EQ(encode(*model, "una"), (Ids{7}));
  EXPECT_EQ(encode(*model, "aaffable"), (Ids{5, 2, 3}));
  EXPECT_EQ(encode(*model, "unb"), (Ids{0}));
  EXPECT_EQ(encode(*model, "a" + std::string(99, 'a')), joined({5}, Ids(99, 4)));
  EXPECT_EQ(encode(*model, std::string(101, 'a')), (Ids{0}));
  o.unknown = -1;
  EXPECT_EQ(encode(*make_wordpiece(v, o), "x"), Ids());
}

TEST(WordLevel, TakesWholePieces) {
  const Vocabulary v({"[UNK]", "two words"});
  EXPECT_EQ(encode(*make_word_level(v, 0), "two words"), (Ids{1}));
  EXPECT_EQ(encode(*make_word_level(v, 0), "two"), (Ids{0}));
  EXPECT_EQ(encode(*make_word_level(v, -1), "two"), Ids());
}

TEST(Trie, FindsWhatAMapFinds) {
  Rng rng(4);
  std::map<std::string, std::int32_t> words;
  for (int i = 0; i < 200; ++i) words[random_word(rng, 1 + rng.below(6), "ab\xFF")] = i;
  std::vector<std::pair<std::string_view, std::int32_t>> list(words.begin(), words.end());
  list.emplace_back("", 7);
  const Trie trie(list);
  const std::string text = random_word(rng, 500, "ab\xFF");
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::vector<std::pair<std::size_t, std::int32_t>> wanted;
    for (std::size_t n = 1; n <= 6 && at + n <= text.size(); ++n) {
      const auto found = words.find(text.substr(at, n));
      if (found != words.end()) wanted.emplace_back(n, found->second);
    }
    std::vector<std::pair<std::size_t, std::int32_t>> got;
    trie.each_at(text, at, [&](std::size_t n, std::int32_t id) { got.emplace_back(n, id); });
    EXPECT_EQ(got, wanted);
    EXPECT_EQ(trie.longest_at(text, at).second, wanted.empty() ? -1 : wanted.back().second);
  }
  EXPECT_EQ(Trie().longest_at("a", 0).second, -1);
  EXPECT_TRUE(Trie({{"", 1}}).empty());
}

TEST(Vocabulary, RefusesWhatContradictsItself) {
  Vocabulary v({"a", "b"});
  v.add("a", 0);  // again the same
  EXPECT_NE(
      expect_fault(Fault::corrupt, [&] { v.add("c", 0); }).find("both token 'a' and token 'c'"),
      std::string::npos);
  EXPECT_NE(expect_fault(Fault::corrupt, [&] { v.add("a", 2); }).find("numbers 0 and 2"),
            std::string::npos);
  expect_fault(Fault::corrupt, [&] { v.add("d", -1); });
  expect_fault(Fault::corrupt, [&] { v.add("d", 1'000'000); });
  expect_fault(Fault::resource, [&] { v.add("d", kMostTokens); });
  expect_fault(Fault::resource, [&] { v.add(std::string(kLongestToken + 1, 'x'), 2); });
  expect_fault(Fault::usage, [&] { static_cast<void>(v.text(2)); });
  v.add("d", 5);
  EXPECT_EQ(v.size(), 6);
  EXPECT_EQ(v.count(), 3U);
  EXPECT_EQ(v.text(3), "");
  EXPECT_FALSE(v.has(3));
  EXPECT_EQ(v.find("zz"), -1);
  v.expect(1'000'000);
  v.add("e", 1'000'000);
  EXPECT_TRUE(v.has(1'000'000));
}

TEST(Utf8, BytesHaveLettersAndTokens) {
  std::map<std::string, int> seen;
  for (int b = 0; b < 256; ++b) {
    const std::string& letter = byte_letters()[static_cast<std::size_t>(b)];
    EXPECT_EQ(byte_of_letter(utf8_at(letter, 0).value), b);
    EXPECT_TRUE(seen.emplace(letter, b).second);
    EXPECT_EQ(byte_of_token(byte_token(static_cast<std::uint8_t>(b))), b);
  }
  EXPECT_EQ(byte_letters()['A'], "A");
  EXPECT_EQ(byte_letters()[' '], "\xC4\xA0");  // U+0120
  EXPECT_EQ(byte_letters()['\n'], "\xC4\x8A");
  for (const char32_t c : {U'\u0144', U'\u00AD', U' ', U'\u4E00'}) EXPECT_EQ(byte_of_letter(c), -1);
  for (const char* t : {"<0x1>", "<0x-1>", "<0xG0>", "0x00", "<0x000>", "<0x0 >"}) {
    EXPECT_EQ(byte_of_token(t), -1) << t;
  }
  EXPECT_EQ(byte_of_token("<0xaf>"), 0xAF);
}

TEST(Utf8, WholeCharactersAreGivenOut) {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\xA6\x99";
  for (std::size_t n = 0; n <= text.size(); ++n) {
    const std::size_t whole = n < 3 ? std::min<std::size_t>(n, 1) : n < 6 ? 3 : n < 10 ? 6 : 10;
    EXPECT_EQ(whole_utf8(text.substr(0, n)), whole) << n;
  }
  // What no later byte can complete is not waited for.
  for (const char* bad : {"\x80", "\x80\x80\x80\x80", "\xC0", "\xFF", "\xE0\x80", "\xED\xA0",
                          "\xF0\x80", "\xF4\x90", "\xF5", "a\x80"}) {
    EXPECT_EQ(whole_utf8(bad), std::string_view(bad).size());
  }
  EXPECT_EQ(whole_utf8("\xF4\x8F"), 0U);
  EXPECT_EQ(utf8_at("\xF0\x9F\xA6", 0).value, U'\uFFFD');
  EXPECT_EQ(utf8_at("\xE2\x28\xA1", 0).size, 1U);
}

}  // namespace
}  // namespace pare
