// Vocabularies in plain files: vocab.txt of BERT, vocab.json and merges.txt of GPT-2.
#include <array>

#include "base/error.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "data/tokenizers/parts.hpp"

namespace pare {
namespace {

/// Lines without their ends; an empty one at the end is none.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines = split(text, '\n');
  for (std::string& line : lines) {
    if (line.ends_with('\r')) line.pop_back();
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

AddedTokens special_tokens(const Vocabulary& v, std::initializer_list<std::string_view> names) {
  std::vector<AddedToken> added;
  for (const std::string_view name : names) {
    const TokenId id = v.find(name);
    if (id >= 0) added.push_back({std::string(name), id, true});
  }
  return AddedTokens(std::move(added));
}

}  // namespace

std::unique_ptr<TokenizerParts> bert_parts(std::string_view text, bool lower_case) {
  const std::vector<std::string> lines = lines_of(text);
  Vocabulary vocabulary;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    during([&] { return cat("reading line ", i + 1); },
           [&] { vocabulary.add(lines[i], static_cast<std::int64_t>(i)); });
  }
  auto parts = new_parts("WordPiece", std::move(vocabulary));
  const Vocabulary& v = *parts->vocabulary;
  SpecialTokens& s = parts->special;
  s.bos = v.find("[CLS]");
  s.eos = s.separator = v.find("[SEP]");
  s.unknown = v.find("[UNK]");
  s.padding = v.find("[PAD]");
  s.mask = v.find("[MASK]");
  if (s.unknown < 0) throw Error(Fault::corrupt, "a vocabulary of BERT without [UNK]");
  parts->added = special_tokens(v, {"[CLS]", "[SEP]", "[UNK]", "[PAD]", "[MASK]"});
  parts->normalizer = bert_rules({.strip_accents = lower_case, .lower_case = lower_case});
  parts->splitters = {split_at_characters(is_white_space, Split::removed),
                      split_at_characters(is_punctuation, Split::isolated)};
  parts->decode.each = {{DecodeStep::Kind::word_pieces, "##", Pattern::literal(""), 0, 0, true}};
  WordPieceOptions options;
  options.unknown = s.unknown;
  parts->model = make_wordpiece(v, options);
  if (s.bos >= 0 && s.separator >= 0) {
    parts->before = {s.bos};
    parts->behind = {s.separator};
  }
  return parts;
}

std::unique_ptr<TokenizerParts> gpt2_parts(std::string_view vocabulary, std::string_view merges) {
  const nlohmann::json j = parse_strict_json(vocabulary);
  if (!j.is_object()) throw Error(Fault::corrupt, "the vocabulary is no object of JSON");
  Vocabulary v;
  v.expect(j.size());
  for (const auto& [text, id] : j.items()) {
    if (!id.is_number_integer()) {
      throw Error(Fault::corrupt, cat("token '", escape_terminal(text, 60), "' has no number"));
    }
    v.add(text, id.get<std::int64_t>());
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  const std::vector<std::string> lines = lines_of(merges);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == 0 && lines[i].starts_with("#version")) continue;
    const std::size_t blank = lines[i].find(' ');
    if (blank == std::string::npos) {
      throw Error(Fault::corrupt, cat("line ", i + 1, " of the merges is '",
                                      escape_terminal(lines[i], 60), "', no pair"));
    }
    pairs.emplace_back(lines[i].substr(0, blank), lines[i].substr(blank + 1));
  }
  auto parts = new_parts("byte-level BPE", std::move(v));
  parts->added = special_tokens(*parts->vocabulary, {"<|endoftext|>"});
  parts->special.bos = parts->special.eos = parts->vocabulary->find("<|endoftext|>");
  parts->splitters = {split_at(Pattern(kGpt2Pattern), Split::isolated), byte_letters_step()};
  parts->decode = byte_letter_rules();
  parts->model = make_bpe(*parts->vocabulary, pairs, {});
  return parts;
}

Tokenizer parse_bert_vocabulary(std::string_view text, bool lower_case) {
  return finish(bert_parts(text, lower_case));
}

Tokenizer parse_gpt2_files(std::string_view vocabulary, std::string_view merges) {
  return finish(gpt2_parts(vocabulary, merges));
}

}  // namespace pare
