#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "data/tokenizers/normalizer.hpp"

namespace pare {

/// One change on the way from the text of a token to what it stands for.
struct DecodeStep {
  enum class Kind {
    replace,       ///< matches of `pattern` by `content`
    byte_letters,  ///< letters that stand for bytes, where a token has no others
    byte_tokens,   ///< <0x0A>
    strip,         ///< up to `left` and `right` times `content` at the ends
    word_pieces,   ///< `content` = prefix: tokens without it begin a word
    space_marks,   ///< `content` = mark: blanks; dropped at the very beginning if `left` > 0
    word_suffix,   ///< `content` ends a word
  };
  Kind kind;
  std::string content = {};
  Pattern pattern = Pattern::literal("");
  std::size_t left = 0;
  std::size_t right = 0;
  bool clean_up = false;  ///< word_pieces: no blanks before punctuation and short forms
};

/// How texts of tokens become text.
struct DecodeRules {
  std::vector<DecodeStep> each;  ///< for every token
  std::size_t strip_first = 0;   ///< blanks dropped at the very beginning
  std::vector<TextStep> whole;   ///< for the joined text, which must be complete then
};

/// Joins the texts of tokens, giving out what can no longer change: never a part of a character.
class DecodeState {
 public:
  explicit DecodeState(const DecodeRules& rules) : rules_(rules), to_strip_(rules.strip_first) {}

  /// What can be said now that the next token is `token`.
  std::string push(std::string_view token);
  /// The rest. Bytes that are no characters became U+FFFD.
  std::string finish();

 private:
  void step(const DecodeStep& s, std::string& text);
  std::string take(std::size_t bytes);

  const DecodeRules& rules_;
  std::string held_;
  std::size_t to_strip_;
  bool first_ = true;
  bool blank_due_ = false;  ///< a word has ended
};

}  // namespace pare
