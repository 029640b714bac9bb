#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/tokenizers/vocabulary.hpp"

namespace pare {

/// The part of a tokenizer that makes numbers of a piece of text. Any number of threads may use
/// one; its work grows with the length of the piece times its logarithm at most, beside a factor
/// for the longest token.
class TokenModel {
 public:
  TokenModel() = default;
  virtual ~TokenModel() = default;
  TokenModel(const TokenModel&) = delete;
  TokenModel& operator=(const TokenModel&) = delete;

  /// Appends the tokens of `piece` (valid UTF-8, not empty).
  virtual void encode(std::string_view piece, std::vector<TokenId>& out) const = 0;
  /// Whether pieces come again and again, so that their tokens are worth keeping.
  [[nodiscard]] virtual bool worth_keeping() const noexcept { return true; }
};

/// What stands for text that no token has.
struct UnknownRule {
  TokenId unknown = -1;  ///< -1: such text is left out
  bool byte_fallback =
      false;          ///< tokens <0x00> to <0xFF> come first, where all that are needed exist
  bool fuse = false;  ///< one for a run of unknown characters
};

/// Byte-pair encoding by a list of merges: of the neighbours that may merge, those that stand first
/// in the list do, the leftmost first. Source: Sennrich et al., arXiv:1508.07909.
struct BpeOptions {
  UnknownRule unknown;
  std::string word_suffix;          ///< "</w>" on the last symbol
  std::string continuation_prefix;  ///< on symbols but the first
  bool whole_words = false;  ///< a piece that is a token is that token, whatever the merges say
};
/// `merges`: pairs of texts, the first merge first. Errors: Fault::corrupt when a part or the
/// result of a merge is no token.
std::unique_ptr<TokenModel> make_bpe(const Vocabulary& vocabulary,
                                     const std::vector<std::pair<std::string, std::string>>& merges,
                                     BpeOptions options);

/// SentencePiece: what the tokens of a vocabulary are.
enum class TokenKind : std::uint8_t { normal = 1, unknown, control, user_defined, unused, byte };

struct ScoredVocabulary {
  std::vector<float> scores;     ///< by number
  std::vector<TokenKind> kinds;  ///< by number
};

/// Byte-pair encoding of SentencePiece: of the neighbours whose joined text is a token, those with
/// the highest score merge, the leftmost first. User-defined tokens are never taken apart.
/// `vocabulary` must outlive the model. Errors: Fault::corrupt when scores are NaN.
std::unique_ptr<TokenModel> make_scored_bpe(const Vocabulary& vocabulary, ScoredVocabulary scored,
                                            UnknownRule unknown);

/// The tokens whose scores (logarithms of probabilities) have the greatest sum; unknown characters
/// score 10 below the least of all. Source: Kudo, arXiv:1804.10959.
std::unique_ptr<TokenModel> make_unigram(const Vocabulary& vocabulary, ScoredVocabulary scored,
                                         UnknownRule unknown);

/// The longest token from the left on, again and again; those inside a word have a prefix. A word
/// of which some part is no token, or with more characters than `longest_word`, is unknown as a
/// whole.
struct WordPieceOptions {
  TokenId unknown = -1;
  std::string prefix = "##";
  std::size_t longest_word = 100;
};
std::unique_ptr<TokenModel> make_wordpiece(const Vocabulary& vocabulary, WordPieceOptions options);

/// Whole pieces only. `vocabulary` must outlive the model.
std::unique_ptr<TokenModel> make_word_level(const Vocabulary& vocabulary, TokenId unknown);

}  // namespace pare
