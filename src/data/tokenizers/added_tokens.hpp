#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "data/tokenizers/pattern.hpp"
#include "data/tokenizers/trie.hpp"
#include "data/tokenizers/vocabulary.hpp"

namespace pare {

/// A token that is found in a text as it stands, before the model sees the text.
struct AddedToken {
  std::string content;
  TokenId id = -1;
  bool special = false;      ///< controls the model: found only when asked for, left out of text
  bool single_word = false;  ///< only where no part of a word stands beside it
  bool lstrip = false;       ///< takes the white space to its left
  bool rstrip = false;       ///< takes the white space to its right
  bool normalized = false;   ///< found in the normalised text
};

/// Finds added tokens: the leftmost first, of several at a place the longest.
class AddedTokens {
 public:
  AddedTokens() = default;
  /// Errors: Fault::corrupt for empty contents or two numbers for one; Fault::resource for contents
  /// beyond 4096 bytes.
  explicit AddedTokens(std::vector<AddedToken> tokens);

  struct Found {
    TextRange range;
    TokenId id = -1;
  };
  /// Those in `text`, with the white space that they take. `normalized`: those that are found in
  /// normalised text, else the others.
  [[nodiscard]] std::vector<Found> find(std::string_view text, bool normalized,
                                        bool with_special) const;
  /// Null when there is none of that number.
  [[nodiscard]] const AddedToken* by_id(TokenId id) const;
  [[nodiscard]] const AddedToken* by_content(std::string_view content) const;
  [[nodiscard]] const std::vector<AddedToken>& all() const noexcept { return tokens_; }

 private:
  std::vector<AddedToken> tokens_;
  std::map<TokenId, std::size_t> by_id_;
  std::map<std::string, std::size_t, std::less<>> by_content_;
  std::array<std::array<Trie, 2>, 2> tries_;  ///< [normalized][with special ones]
};

}  // namespace pare
