#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "data/tokenizers/pattern.hpp"

namespace pare {

/// A text that is cut into pieces: piece i is text[ends[i - 1], ends[i]); none is empty.
struct Pieces {
  std::string text;
  std::vector<std::size_t> ends;
  bool first = false;  ///< whether piece 0 begins where the whole input does

  /// One piece, or none when `whole` is empty.
  static Pieces of(std::string whole, bool first);
  [[nodiscard]] std::size_t count() const noexcept { return ends.size(); }
  [[nodiscard]] std::string_view at(std::size_t i) const noexcept {
    const std::size_t begin = i == 0 ? 0 : ends[i - 1];
    return std::string_view{text}.substr(begin, ends[i] - begin);
  }
  /// Another piece at the end; nothing when it is empty.
  void append(std::string_view piece);
};

/// One way to cut pieces into smaller ones, or to change them.
using PieceStep = std::function<void(Pieces&)>;

/// What becomes of matches.
enum class Split { removed, isolated, with_previous, with_next, contiguous };

/// Cuts at the matches of a pattern. `inverted`: what lies between matches is taken for the
/// matches.
PieceStep split_at(Pattern pattern, Split how, bool inverted = false);
/// Cuts at single characters.
PieceStep split_at_characters(bool (*is_match)(char32_t), Split how);
/// A blank before every piece that does not begin with one.
PieceStep prefix_space();
/// Bytes become the letters that stand for them.
PieceStep byte_letters_step();

/// Cuts before every run of `mark`.
PieceStep split_before(std::string mark);

enum class Prefix { never, first, always };
/// Blanks become `mark`; `mark` goes before the pieces that `prefix` says, where it is not already.
PieceStep mark_spaces(std::string mark, Prefix prefix);

/// GPT-2's own pattern.
inline constexpr std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

/// How the pieces of a byte-level vocabulary are cut.
struct PreTokenizer {
  std::vector<std::string> patterns;  ///< applied one after the other, matches become pieces
  bool whole_words = false;           ///< a piece that is a token is not merged from parts
  bool add_bos = false;               ///< by default
};
/// The way that a GGUF file names ("llama-bpe", "qwen2", ...; empty: "default"). Errors:
/// Fault::unsupported for names that are not known, with those that are.
PreTokenizer named_pre_tokenizer(std::string_view name);
/// The names that named_pre_tokenizer() knows.
std::vector<std::string> pre_tokenizer_names();

}  // namespace pare
