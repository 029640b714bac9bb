#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/tokenizers/characters.hpp"
#include "data/tokenizers/charsmap.hpp"
#include "data/tokenizers/pattern.hpp"
#include "data/tokenizers/trie.hpp"

namespace pare {

/// One change of a text before it is split. `first`: whether the text begins where the whole input
/// does, and not behind an added token.
using TextStep = std::function<std::string(std::string_view text, bool first)>;

/// All of `steps`, in order.
TextStep in_order(std::vector<TextStep> steps);

TextStep to_normal_form(NormalForm form);
TextStep to_lower_case();
/// Removes marks (categories M*).
TextStep strip_accents();
TextStep strip_white_space(bool left, bool right);
/// Every match replaced by `content`. Errors: Fault::resource when the text grows beyond 1 GiB.
TextStep replace_matches(Pattern pattern, std::string content);
/// `prefix` before everything that is not empty.
TextStep prepend(std::string prefix);
TextStep map_characters(std::shared_ptr<const Charsmap> map);
/// Removes control characters, makes every white space one that splits (as NMT does).
TextStep clean_for_translation();
/// Bytes become the letters that stand for them.
TextStep to_byte_letters();

/// What BERT does with text. Source: google-research/bert, tokenization.
struct BertRules {
  bool clean = true;       ///< drop control characters, make white space blanks
  bool ideographs = true;  ///< blanks around them
  bool strip_accents = true;
  bool lower_case = true;
};
TextStep bert_rules(BertRules rules);

/// What SentencePiece does with text. Source: google/sentencepiece, normalizer.
struct SentencePieceRules {
  std::shared_ptr<const Charsmap> map;
  bool add_prefix = true;            ///< a blank before the text
  bool prefix_everywhere = false;    ///< behind added tokens, too
  bool remove_extra = true;          ///< blanks at both ends, and all but one of a run
  bool blank_is_suffix = false;      ///< the added one goes to the end
  std::shared_ptr<const Trie> kept;  ///< texts that stay as they are
};
TextStep sentencepiece_rules(SentencePieceRules rules);

}  // namespace pare
