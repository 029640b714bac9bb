// The byte-pair encoding of SentencePiece: Llama 1 and 2, Mistral, Gemma.
#include <limits>
#include <unordered_map>

#include "base/error.hpp"
#include "data/tokenizers/merge_queue.hpp"
#include "data/tokenizers/scored.hpp"
#include "data/tokenizers/unknown.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

class ScoredBpe final : public TokenModel {
 public:
  ScoredBpe(const Vocabulary& vocabulary, ScoredVocabulary scored, UnknownRule unknown)
      : vocabulary_(vocabulary), scored_(std::move(scored)), unknown_(vocabulary, unknown) {
    check_scores(vocabulary, scored_);
    words_ = words_stand_alone(vocabulary, scored_);
    user_defined_ = trie_of(vocabulary, scored_,
                            [](TokenKind kind) { return kind == TokenKind::user_defined; });
    for (std::int64_t id = 0; id < vocabulary.size(); ++id) {
      longest_ = std::max(longest_, vocabulary.text(id).size());
    }
  }

  /// Pieces are words, or whole texts.
  [[nodiscard]] bool worth_keeping() const noexcept override { return words_; }

  void encode(std::string_view piece, std::vector<TokenId>& out) const override {
    if (piece.size() > std::numeric_limits<std::int32_t>::max()) {
      throw Error(Fault::resource, cat("a text of ", piece.size(), " bytes"));
    }
    std::vector<Symbol> symbols = characters(piece);
    link(symbols);
    Cuts cuts;
    merge_all<float>(symbols, [&](const Symbol& l, const Symbol& r, float& rank, TokenId& id) {
      if (frozen(l) || frozen(r) || l.size + r.size > longest_) return false;
      const std::string_view both = piece.substr(l.begin, l.size + r.size);
      id = text_token(both);
      if (id < 0) return false;
      if (kind(id) == TokenKind::unused) cuts[both] = l.size;
      rank = -scored_.scores[static_cast<std::size_t>(id)];
      return true;
    });
    bool run = false;
    for (const Symbol& s : symbols) {
      if (s.size > 0) write(piece.substr(s.begin, s.size), cuts, run, out);
    }
  }

 private:
  /// Where to cut the texts of tokens that are not to be used: they help others to come about, and
  /// are taken apart when they are left.
  using Cuts = std::unordered_map<std::string_view, std::size_t>;

  [[nodiscard]] TokenKind kind(TokenId id) const {
    return scored_.kinds[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] bool frozen(const Symbol& s) const {
    return s.id >= 0 && kind(s.id) == TokenKind::user_defined;
  }
  [[nodiscard]] TokenId text_token(std::string_view text) const {
    const TokenId id = vocabulary_.find(text);
    return id >= 0 && is_text(kind(id)) ? id : -1;
  }

  [[nodiscard]] std::vector<Symbol> characters(std::string_view piece) const {
    std::vector<Symbol> symbols;
    for (std::size_t at = 0; at < piece.size();) {
      auto [size, id] = user_defined_.longest_at(piece, at);
      if (id < 0) {
        size = utf8_at(piece, at).size;
        id = text_token(piece.substr(at, size));
      }
      Symbol s;
      s.begin = static_cast<std::uint32_t>(at);
      s.size = static_cast<std::uint32_t>(size);
      s.id = id;
      symbols.push_back(s);
      at += size;
    }
    return symbols;
  }

  void write(std::string_view text, const Cuts& cuts, bool& run, std::vector<TokenId>& out) const {
    std::vector<std::string_view> open = {text};
    while (!open.empty()) {
      const std::string_view part = open.back();
      open.pop_back();
      const TokenId id = text_token(part);
      const auto cut = cuts.find(part);
      if (id >= 0 && kind(id) == TokenKind::unused && cut != cuts.end()) {
        open.push_back(part.substr(cut->second));
        open.push_back(part.substr(0, cut->second));
      } else if (id >= 0) {
        out.push_back(id);
        run = false;
      } else {
        unknown_.write(part, run, out);
      }
    }
  }

  const Vocabulary& vocabulary_;
  ScoredVocabulary scored_;
  UnknownWriter unknown_;
  Trie user_defined_;
  std::size_t longest_ = 0;
  bool words_ = false;
};

}  // namespace

std::unique_ptr<TokenModel> make_scored_bpe(const Vocabulary& vocabulary, ScoredVocabulary scored,
                                            UnknownRule unknown) {
  return std::make_unique<ScoredBpe>(vocabulary, std::move(scored), unknown);
}

}  // namespace pare
