// WordPiece: BERT and its relatives.
#include <string>

#include "data/tokenizers/models.hpp"
#include "data/tokenizers/trie.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

class WordPiece final : public TokenModel {
 public:
  WordPiece(const Vocabulary& vocabulary, WordPieceOptions options) : options_(std::move(options)) {
    std::vector<std::pair<std::string_view, std::int32_t>> begins;
    std::vector<std::pair<std::string_view, std::int32_t>> goes_on;
    for (std::int64_t id = 0; id < vocabulary.size(); ++id) {
      const std::string_view text = vocabulary.text(id);
      begins.emplace_back(text, static_cast<std::int32_t>(id));
      if (text.substr(0, options_.prefix.size()) == options_.prefix) {
        goes_on.emplace_back(text.substr(options_.prefix.size()), static_cast<std::int32_t>(id));
      }
    }
    begins_ = Trie(std::move(begins));
    goes_on_ = Trie(std::move(goes_on));
  }

  void encode(std::string_view piece, std::vector<TokenId>& out) const override {
    const std::size_t known = out.size();
    if (!too_long(piece) && spell(piece, out)) return;
    out.resize(known);
    if (options_.unknown >= 0) out.push_back(options_.unknown);
  }

 private:
  [[nodiscard]] bool too_long(std::string_view piece) const {
    std::size_t letters = 0;
    for (std::size_t at = 0; at < piece.size(); at += utf8_at(piece, at).size) {
      if (++letters > options_.longest_word) return true;
    }
    return false;
  }

  bool spell(std::string_view piece, std::vector<TokenId>& out) const {
    for (std::size_t at = 0; at < piece.size();) {
      const auto [size, id] = (at == 0 ? begins_ : goes_on_).longest_at(piece, at);
      if (id < 0) return false;
      out.push_back(id);
      at += size;
    }
    return true;
  }

  WordPieceOptions options_;
  Trie begins_;
  Trie goes_on_;
};

class WordLevel final : public TokenModel {
 public:
  WordLevel(const Vocabulary& vocabulary, TokenId unknown)
      : vocabulary_(vocabulary), unknown_(unknown) {}

  void encode(std::string_view piece, std::vector<TokenId>& out) const override {
    const TokenId id = vocabulary_.find(piece);
    if (id >= 0 || unknown_ >= 0) out.push_back(id >= 0 ? id : unknown_);
  }

 private:
  const Vocabulary& vocabulary_;
  TokenId unknown_;
};

}  // namespace

std::unique_ptr<TokenModel> make_wordpiece(const Vocabulary& vocabulary, WordPieceOptions options) {
  return std::make_unique<WordPiece>(vocabulary, std::move(options));
}

std::unique_ptr<TokenModel> make_word_level(const Vocabulary& vocabulary, TokenId unknown) {
  return std::make_unique<WordLevel>(vocabulary, unknown);
}

}  // namespace pare
