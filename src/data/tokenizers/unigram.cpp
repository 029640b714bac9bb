// The unigram language model of SentencePiece: T5, XLM-RoBERTa, ALBERT.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "data/tokenizers/scored.hpp"
#include "data/tokenizers/unknown.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

constexpr float kUnknownPenalty = 10;
constexpr float kNever = -std::numeric_limits<float>::infinity();

class Unigram final : public TokenModel {
 public:
  Unigram(const Vocabulary& vocabulary, ScoredVocabulary scored, UnknownRule unknown)
      : scored_(std::move(scored)), unknown_(vocabulary, unknown) {
    check_scores(vocabulary, scored_);
    words_ = trie_of(vocabulary, scored_,
                     [](TokenKind kind) { return is_text(kind) && kind != TokenKind::unused; });
    least_ = std::numeric_limits<float>::infinity();
    for (std::int64_t id = 0; id < vocabulary.size(); ++id) {
      const auto at = static_cast<std::size_t>(id);
      if (!vocabulary.has(id) || scored_.kinds[at] != TokenKind::normal) continue;
      least_ = std::min(least_, scored_.scores[at]);
      most_ = std::max(most_, scored_.scores[at]);
    }
    if (std::isinf(least_)) least_ = 0;
  }

  void encode(std::string_view piece, std::vector<TokenId>& out) const override {
    if (piece.size() > std::numeric_limits<std::int32_t>::max()) {
      throw Error(Fault::resource, cat("a text of ", piece.size(), " bytes"));
    }
    const std::vector<End> ends = best_ends(piece);
    std::vector<std::uint32_t> path;  // where tokens end, from the last to the first
    for (std::size_t at = piece.size(); at > 0; at -= ends[at].size) {
      path.push_back(static_cast<std::uint32_t>(at));
    }
    bool run = false;
    for (auto at = path.rbegin(); at != path.rend(); ++at) {
      const End& e = ends[*at];
      if (e.id >= 0) {
        out.push_back(e.id);
        run = false;
      } else {
        unknown_.write(piece.substr(*at - e.size, e.size), run, out);
      }
    }
  }

 private:
  /// The best way to a place in the piece: its score, and the token that it ends with. Scores are
  /// rounded as SentencePiece rounds them, because rounding decides between equals.
  struct End {
    float score = kNever;
    std::uint32_t size = 0;
    TokenId id = -1;
  };

  [[nodiscard]] double score(TokenId id, std::size_t size) const {
    const auto at = static_cast<std::size_t>(id);
    // A bonus that no way around a user-defined token has.
    if (scored_.kinds[at] == TokenKind::user_defined) {
      return static_cast<float>(size) * most_ - 0.1;
    }
    return static_cast<double>(scored_.scores[at]);
  }

  [[nodiscard]] std::vector<End> best_ends(std::string_view piece) const {
    std::vector<End> ends(piece.size() + 1);
    ends[0].score = 0;
    for (std::size_t at = 0; at < piece.size();) {
      const std::size_t letter = utf8_at(piece, at).size;
      const float here = ends[at].score;
      const auto reach = [&](std::size_t size, TokenId id, double s) {
        End& end = ends[at + size];
        const double sum = here + s;
        if (end.size == 0 || sum > static_cast<double>(end.score)) {
          end = {static_cast<float>(sum), static_cast<std::uint32_t>(size), id};
        }
      };
      bool single = false;
      words_.each_at(piece, at, [&](std::size_t size, TokenId id) {
        reach(size, id, score(id, size));
        single = single || size == letter;
      });
      if (!single) reach(letter, -1, static_cast<double>(least_ - kUnknownPenalty));
      at += letter;
    }
    return ends;
  }

  ScoredVocabulary scored_;
  UnknownWriter unknown_;
  Trie words_;
  float least_ = 0;
  float most_ = 0;  ///< of the scores and 0
};

}  // namespace

std::unique_ptr<TokenModel> make_unigram(const Vocabulary& vocabulary, ScoredVocabulary scored,
                                         UnknownRule unknown) {
  return std::make_unique<Unigram>(vocabulary, std::move(scored), unknown);
}

}  // namespace pare
