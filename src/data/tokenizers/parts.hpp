#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/tokenizers/added_tokens.hpp"
#include "data/tokenizers/decoder.hpp"
#include "data/tokenizers/models.hpp"
#include "data/tokenizers/normalizer.hpp"
#include "data/tokenizers/splitter.hpp"
#include "data/tokenizers/tokenizer.hpp"

namespace pare {

/// What a tokenizer is made of. Text goes: added tokens out, normalizer, added tokens of normalised
/// text out, splitters, model for every piece.
struct TokenizerParts {
  std::string kind;
  std::unique_ptr<const Vocabulary> vocabulary;  ///< of the model, which refers to it
  std::unique_ptr<const TokenModel> model;
  AddedTokens added;
  TextStep normalizer;  ///< may be empty
  std::vector<PieceStep> splitters;
  DecodeRules decode;
  std::vector<TokenId> before;
  std::vector<TokenId> behind;
  SpecialTokens special;
  std::string chat_template;

  /// Number of an added token or else of one of the vocabulary; -1 = none.
  [[nodiscard]] TokenId find(std::string_view text) const;
};

/// Checks that everything is there and in range, and makes the tokenizer.
Tokenizer finish(std::unique_ptr<TokenizerParts> parts);
/// Parts without what only the model says.
std::unique_ptr<TokenizerParts> new_parts(std::string kind, Vocabulary vocabulary);
/// Decoding for letters that stand for bytes.
DecodeRules byte_letter_rules();
/// Decoding for marks that stand for blanks and tokens that stand for bytes, without up to
/// `strip_first` blanks at the beginning.
DecodeRules sentencepiece_decode_rules(std::size_t strip_first);

/// What tokenizer_config.json adds to the parts. Errors: Fault::corrupt.
void apply_config(TokenizerParts& parts, std::string_view config);

/// The parts that make up the tokenizers of the parsers in tokenizer.hpp.
std::unique_ptr<TokenizerParts> json_parts(std::string_view text);
std::unique_ptr<TokenizerParts> sentencepiece_parts(std::string_view bytes, bool everywhere);
std::unique_ptr<TokenizerParts> bert_parts(std::string_view text, bool lower_case);
std::unique_ptr<TokenizerParts> gpt2_parts(std::string_view vocabulary, std::string_view merges);

}  // namespace pare
