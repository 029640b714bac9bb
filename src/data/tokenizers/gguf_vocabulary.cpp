// Tokenizers from the arrays of a GGUF file.
#include <algorithm>
#include <array>

#include "base/checked.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "data/tokenizers/parts.hpp"
#include "data/tokenizers/scored.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

using Parts = std::unique_ptr<TokenizerParts>;

void check_lengths(const VocabularyData& d) {
  const std::size_t n = d.tokens.size();
  if (n == 0) throw Error(Fault::corrupt, "a vocabulary without tokens");
  if (!d.types.empty() && d.types.size() != n) {
    throw Error(Fault::corrupt, cat(n, " tokens, but ", d.types.size(), " types"));
  }
  if (!d.scores.empty() && d.scores.size() != n) {
    throw Error(Fault::corrupt, cat(n, " tokens, but ", d.scores.size(), " scores"));
  }
}

std::vector<TokenKind> kinds_of(const VocabularyData& d) {
  std::vector<TokenKind> kinds(d.tokens.size(), TokenKind::normal);
  for (std::size_t i = 0; i < d.types.size(); ++i) {
    if (d.types[i] < 1 || d.types[i] > 6) {
      throw Error(Fault::corrupt, cat("token ", i, " has the type ", d.types[i], "; 1 to 6 exist"));
    }
    kinds[i] = static_cast<TokenKind>(d.types[i]);
  }
  return kinds;
}

TokenId id_of(const std::optional<std::int64_t>& wanted, TokenId otherwise, std::size_t tokens,
              std::string_view what) {
  if (!wanted) return otherwise < static_cast<TokenId>(tokens) ? otherwise : -1;
  // Writers that have no such token write the greatest number of 32 bits, or -1.
  if (*wanted == 0xFFFFFFFF || *wanted == -1) return -1;
  if (*wanted < 0 || *wanted >= static_cast<std::int64_t>(tokens)) {
    throw Error(Fault::corrupt, cat("the ", what, " token is number ", *wanted, " of ", tokens));
  }
  return static_cast<TokenId>(*wanted);
}

/// Numbers that a file does not name are those of the first model of the kind.
struct Defaults {
  TokenId bos = -1;
  TokenId eos = -1;
  TokenId unknown = -1;
  TokenId padding = -1;
  TokenId separator = -1;
  TokenId mask = -1;
};

SpecialTokens special_of(const VocabularyData& d, const Defaults& otherwise) {
  const std::size_t n = d.tokens.size();
  SpecialTokens s;
  s.bos = id_of(d.bos, otherwise.bos, n, "BOS");
  s.eos = id_of(d.eos, otherwise.eos, n, "EOS");
  s.eot = id_of(d.eot, -1, n, "EOT");
  s.unknown = id_of(d.unknown, otherwise.unknown, n, "unknown");
  s.padding = id_of(d.padding, otherwise.padding, n, "padding");
  s.separator = id_of(d.separator, otherwise.separator, n, "separator");
  s.mask = id_of(d.mask, otherwise.mask, n, "mask");
  return s;
}

/// Control tokens and the unknown one are special; user-defined ones are text when `user_defined`.
AddedTokens added_of(const VocabularyData& d, const std::vector<TokenKind>& kinds,
                     bool user_defined) {
  std::vector<AddedToken> added;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const bool special = kinds[i] == TokenKind::control || kinds[i] == TokenKind::unknown;
    if (d.tokens[i].empty()) continue;
    if (special || (user_defined && kinds[i] == TokenKind::user_defined)) {
      added.push_back({d.tokens[i], static_cast<TokenId>(i), special});
    }
  }
  return AddedTokens(std::move(added));
}

void surround(TokenizerParts& parts, bool bos, bool eos) {
  if (bos && parts.special.bos >= 0) parts.before = {parts.special.bos};
  if (eos && parts.special.eos >= 0) parts.behind = {parts.special.eos};
}

Parts scored_parts(const VocabularyData& d, bool unigram) {
  if (d.scores.empty()) throw Error(Fault::corrupt, "the vocabulary has no scores");
  ScoredVocabulary scored{d.scores, kinds_of(d)};
  Parts parts = new_parts(unigram ? "unigram" : "SentencePiece BPE", Vocabulary(d.tokens));
  parts->special = unigram ? special_of(d, {.eos = 1, .unknown = 2, .padding = 0})
                           : special_of(d, {.bos = 1, .eos = 2, .unknown = 0});
  parts->added = added_of(d, scored.kinds, false);
  SentencePieceRules rules;
  if (!d.precompiled_charsmap.empty()) {
    rules.map = std::make_shared<const Charsmap>(d.precompiled_charsmap);
  }
  rules.add_prefix = d.add_space_prefix.value_or(true);
  rules.prefix_everywhere = true;
  rules.remove_extra = d.remove_extra_whitespaces.value_or(false);
  rules.kept = std::make_shared<const Trie>(trie_of(
      *parts->vocabulary, scored, [](TokenKind kind) { return kind == TokenKind::user_defined; }));
  parts->decode = sentencepiece_decode_rules(rules.add_prefix ? 1 : 0);
  parts->normalizer = sentencepiece_rules(std::move(rules));
  if (!unigram && words_stand_alone(*parts->vocabulary, scored)) {
    parts->splitters.push_back(split_before(std::string(kSpaceMark)));
  }
  const bool bytes = std::count(scored.kinds.begin(), scored.kinds.end(), TokenKind::byte) > 0;
  const UnknownRule unknown{parts->special.unknown, bytes, true};
  parts->model = unigram ? make_unigram(*parts->vocabulary, std::move(scored), unknown)
                         : make_scored_bpe(*parts->vocabulary, std::move(scored), unknown);
  surround(*parts, d.add_bos.value_or(!unigram), d.add_eos.value_or(unigram));
  return parts;
}

Parts byte_level_parts(const VocabularyData& d) {
  const PreTokenizer way = named_pre_tokenizer(d.pre);
  Parts parts = new_parts("byte-level BPE", Vocabulary(d.tokens));
  parts->special = special_of(d, {});
  parts->added = added_of(d, kinds_of(d), true);
  for (const std::string& p : way.patterns) {
    parts->splitters.push_back(split_at(Pattern(p), Split::isolated));
  }
  parts->splitters.push_back(byte_letters_step());
  parts->decode = byte_letter_rules();
  std::vector<std::pair<std::string, std::string>> merges;
  merges.reserve(d.merges.size());
  for (const std::string& m : d.merges) {
    const std::size_t blank = m.find(' ', 1);
    if (blank == std::string::npos) {
      throw Error(Fault::corrupt,
                  cat("merge ", merges.size(), " is '", escape_terminal(m, 60), "', no pair"));
    }
    merges.emplace_back(m.substr(0, blank), m.substr(blank + 1));
  }
  BpeOptions options;
  options.unknown.unknown = parts->special.unknown;
  options.whole_words = way.whole_words;
  parts->model = make_bpe(*parts->vocabulary, merges, options);
  surround(*parts, d.add_bos.value_or(way.add_bos), d.add_eos.value_or(false));
  return parts;
}

/// GGUF writes "▁word" for what begins a word and "ing" for what goes on; BERT "word" and "##ing".
Vocabulary bert_vocabulary(const VocabularyData& d) {
  Vocabulary vocabulary;
  for (std::size_t i = 0; i < d.tokens.size(); ++i) {
    const std::string& t = d.tokens[i];
    const bool begins = t.starts_with(kSpaceMark);
    const bool bracketed = t.starts_with('[') && t.ends_with(']') && t.size() > 1;
    vocabulary.add(begins      ? t.substr(kSpaceMark.size())
                   : bracketed ? t
                               : "##" + t,
                   static_cast<std::int64_t>(i));
  }
  return vocabulary;
}

Parts wordpiece_parts(const VocabularyData& d) {
  Parts parts = new_parts("WordPiece", bert_vocabulary(d));
  const Vocabulary& v = *parts->vocabulary;
  parts->special = special_of(d, {.bos = v.find("[CLS]"),
                                  .eos = v.find("[SEP]"),
                                  .unknown = v.find("[UNK]"),
                                  .padding = v.find("[PAD]"),
                                  .separator = v.find("[SEP]"),
                                  .mask = v.find("[MASK]")});
  parts->added = added_of(d, kinds_of(d), true);
  parts->normalizer = bert_rules({});
  parts->splitters = {split_at_characters(is_white_space, Split::removed),
                      split_at_characters(is_punctuation, Split::isolated)};
  parts->decode.each = {{DecodeStep::Kind::word_pieces, "##", Pattern::literal(""), 0, 0, true}};
  WordPieceOptions options;
  options.unknown = parts->special.unknown;
  parts->model = make_wordpiece(v, options);
  surround(*parts, d.add_bos.value_or(true), false);
  if (d.add_eos.value_or(true) && parts->special.separator >= 0) {
    parts->behind = {parts->special.separator};
  }
  return parts;
}

Parts parts_of(const VocabularyData& d) {
  if (d.model == "llama") return scored_parts(d, false);
  if (d.model == "t5") return scored_parts(d, true);
  if (d.model == "gpt2") return byte_level_parts(d);
  if (d.model == "bert") return wordpiece_parts(d);
  throw Error(Fault::unsupported, cat("the tokenizer model '", escape_terminal(d.model, 60),
                                      "'; there are llama, gpt2, bert and t5"));
}

}  // namespace

Tokenizer make_tokenizer(const VocabularyData& data) {
  check_lengths(data);
  Parts parts = parts_of(data);
  parts->chat_template = data.chat_template;
  return finish(std::move(parts));
}

}  // namespace pare
