#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/tokenizers/vocabulary.hpp"

namespace pare {

struct TokenizerParts;
class DecodeState;

struct EncodeOptions {
  bool add_special = true;    ///< what the tokenizer puts before and behind a text (BOS, [CLS] ...)
  bool parse_special = true;  ///< texts of special tokens become those tokens; else they are text
};

struct DecodeOptions {
  bool special = false;  ///< special tokens appear in the text
};

/// Tokens with a meaning of their own; -1 = the tokenizer has none.
struct SpecialTokens {
  TokenId bos = -1;
  TokenId eos = -1;
  TokenId eot = -1;  ///< end of a turn, where that is another than eos
  TokenId unknown = -1;
  TokenId padding = -1;
  TokenId separator = -1;
  TokenId mask = -1;
};

/// Text to numbers of tokens and back. Does not change, so that any number of threads may use one.
/// Texts are UTF-8; bytes that are no characters count as U+FFFD each.
class Tokenizer {
 public:
  explicit Tokenizer(std::unique_ptr<const TokenizerParts> parts);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  /// Errors: Fault::resource beyond 512 MiB, or when a pattern of the tokenizer's file needs more
  /// work than any sane one.
  [[nodiscard]] std::vector<TokenId> encode(std::string_view text,
                                            const EncodeOptions& options = {}) const;
  /// Errors: Fault::usage for a number outside the vocabulary.
  [[nodiscard]] std::string decode(const std::vector<TokenId>& ids,
                                   const DecodeOptions& options = {}) const;

  /// Greatest number of a token + 1.
  [[nodiscard]] std::int64_t size() const noexcept;
  /// Text of a token as the vocabulary has it; empty for numbers that it leaves out. Errors:
  /// Fault::usage outside the vocabulary.
  [[nodiscard]] const std::string& text(TokenId id) const;
  /// Number of a token by the text that the vocabulary has; -1 = none.
  [[nodiscard]] TokenId find(std::string_view text) const;
  /// Whether a token controls the model instead of standing for text.
  [[nodiscard]] bool is_special(TokenId id) const;
  [[nodiscard]] const SpecialTokens& special() const noexcept;
  /// What stands before and behind every text.
  [[nodiscard]] const std::vector<TokenId>& before() const noexcept;
  [[nodiscard]] const std::vector<TokenId>& behind() const noexcept;
  /// "byte-level BPE", "SentencePiece BPE", "unigram", "WordPiece", "word level", "BPE".
  [[nodiscard]] const std::string& kind() const noexcept;
  /// The template that makes one text of a conversation (data/templates); empty = none.
  [[nodiscard]] const std::string& chat_template() const noexcept;

 private:
  friend class StreamDecoder;
  std::unique_ptr<const TokenizerParts> parts_;
};

/// Text of tokens that come one by one: the texts that push() and finish() return are, joined, what
/// Tokenizer::decode makes of all. No text ends within a character. `tokenizer` must outlive it.
class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer, const DecodeOptions& options = {});
  ~StreamDecoder();
  StreamDecoder(const StreamDecoder&) = delete;
  StreamDecoder& operator=(const StreamDecoder&) = delete;

  /// Errors: Fault::usage for a number outside the vocabulary.
  std::string push(TokenId id);
  /// What was held back; after it the next text begins.
  std::string finish();

 private:
  const Tokenizer& tokenizer_;
  DecodeOptions options_;
  std::unique_ptr<DecodeState> state_;
};

/// A vocabulary as GGUF files have it: arrays by number of the token, and what `tokenizer.ggml.*`
/// says beside. Source: ggml's GGUF specification.
struct VocabularyData {
  std::string
      model;  ///< "llama" (SentencePiece BPE), "gpt2" (byte-level BPE), "bert", "t5" (unigram)
  std::string pre;  ///< gpt2: how text is cut, see named_pre_tokenizer()
  std::vector<std::string> tokens;
  std::vector<float> scores;  ///< llama and t5
  std::vector<std::int32_t>
      types;  ///< 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte
  std::vector<std::string> merges;  ///< gpt2: "left right"
  std::string precompiled_charsmap;
  std::optional<std::int64_t> bos, eos, eot, unknown, padding, separator, mask;
  std::optional<bool> add_bos, add_eos, add_space_prefix, remove_extra_whitespaces;
  std::string chat_template;
};
/// Errors: Fault::unsupported for models and pre-tokenizers that are not known; Fault::corrupt for
/// arrays of other lengths than `tokens`, types, numbers of special tokens or merges that make no
/// sense, and tokens that are there twice.
Tokenizer make_tokenizer(const VocabularyData& data);

/// A `tokenizer.json` of Hugging Face. Errors: Fault::corrupt when it is no such file;
/// Fault::unsupported for steps that are not known, by name.
Tokenizer parse_tokenizer_json(std::string_view text);
/// A `tokenizer.model` of SentencePiece (the message sentencepiece.ModelProto). Errors:
/// Fault::corrupt, with the place; Fault::unsupported for models of words or characters.
/// `everywhere`: the blank before a text also goes behind special tokens (Hugging Face's "legacy").
Tokenizer parse_sentencepiece(std::string_view bytes, bool everywhere = false);
/// A `vocab.txt` of BERT: a token a line. Errors: Fault::corrupt.
Tokenizer parse_bert_vocabulary(std::string_view text, bool lower_case = true);
/// `vocab.json` and `merges.txt` of GPT-2. Errors: Fault::corrupt.
Tokenizer parse_gpt2_files(std::string_view vocabulary, std::string_view merges);

/// A tokenizer file of any of these kinds, told apart by content, or a folder with one, where
/// `tokenizer_config.json` and `chat_template.jinja` count, too. Errors: Fault::missing when
/// nothing is there; Fault::usage when a folder has no tokenizer; those of the parsers.
Tokenizer open_tokenizer(const std::filesystem::path& path);

}  // namespace pare
