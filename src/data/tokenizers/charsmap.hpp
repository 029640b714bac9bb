#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pare {

/// The replacements of characters that a SentencePiece model carries in compiled form: an array of
/// the kind "double-array trie" (Darts-clone), whose values are offsets of NUL-terminated texts.
/// Layout: u32 LE bytes of the trie, the trie (u32 LE units), the texts.
class Charsmap {
 public:
  /// Errors: Fault::corrupt when sizes do not fit or the texts do not end.
  explicit Charsmap(std::string_view bytes);

  struct Found {
    std::size_t size = 0;  ///< bytes of the text that are replaced
    std::string_view replacement;
  };
  /// What the longest known beginning of text[at..] is replaced by; nothing when none is known.
  [[nodiscard]] std::optional<Found> find(std::string_view text, std::size_t at) const;
  /// Every character replaced, by the longest beginning that is known.
  [[nodiscard]] std::string apply(std::string_view text) const;

 private:
  std::vector<std::uint32_t> units_;
  std::string texts_;
};

}  // namespace pare
