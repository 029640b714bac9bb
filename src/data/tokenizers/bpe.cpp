// Byte-pair encoding by a list of merges: GPT-2, Llama 3, Qwen and, with byte fallback, Llama 2 as
// Hugging Face writes it.
#include <limits>
#include <unordered_map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/tokenizers/merge_queue.hpp"
#include "data/tokenizers/unknown.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

struct Merge {
  std::uint32_t rank;
  TokenId id;
};

std::uint64_t key_of(TokenId left, TokenId right) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32U) |
         static_cast<std::uint32_t>(right);
}

/// The numbers of a pair stand in a few low bits of each half; this spreads them over the buckets.
struct PairHash {
  std::size_t operator()(std::uint64_t k) const noexcept {
    return static_cast<std::size_t>((k ^ (k >> 32U)) * 0x9E3779B97F4A7C15U >> 16U);
  }
};

class Bpe final : public TokenModel {
 public:
  Bpe(const Vocabulary& vocabulary, const std::vector<std::pair<std::string, std::string>>& merges,
      BpeOptions options)
      : vocabulary_(vocabulary),
        options_(std::move(options)),
        unknown_(vocabulary, options_.unknown) {
    merges_.reserve(merges.size());
    for (std::size_t i = 0; i < merges.size(); ++i) {
      during([&] { return cat("reading merge ", i); }, [&] { add(merges[i], i); });
    }
    for (unsigned c = 0; c < 128; ++c)
      letters_[c] = vocabulary.find(std::string(1, static_cast<char>(c)));
  }

  void encode(std::string_view piece, std::vector<TokenId>& out) const override {
    if (options_.whole_words) {
      const TokenId whole = vocabulary_.find(piece);
      if (whole >= 0) {
        out.push_back(whole);
        return;
      }
    }
    if (piece.size() > std::numeric_limits<std::int32_t>::max()) {
      throw Error(Fault::resource, cat("a word of ", piece.size(), " bytes"));
    }
    std::vector<Symbol> symbols = characters(piece);
    link(symbols);
    merge_all<std::uint32_t>(
        symbols, [this](const Symbol& l, const Symbol& r, std::uint32_t& rank, TokenId& id) {
          if (l.id < 0 || r.id < 0) return false;
          const auto at = merges_.find(key_of(l.id, r.id));
          if (at == merges_.end()) return false;
          rank = at->second.rank;
          id = at->second.id;
          return true;
        });
    bool run = false;
    for (const Symbol& s : symbols) {
      if (s.size == 0) continue;
      if (s.id >= 0) {
        out.push_back(s.id);
        run = false;
      } else {
        unknown_.write(piece.substr(s.begin, s.size), run, out);
      }
    }
  }

 private:
  void add(const std::pair<std::string, std::string>& merge, std::size_t rank) {
    const auto known = [&](const std::string& text) {
      const TokenId id = vocabulary_.find(text);
      if (id < 0) {
        throw Error(Fault::corrupt,
                    cat("'", escape_terminal(text, 60), "' is no token of the vocabulary"));
      }
      return id;
    };
    const TokenId left = known(merge.first);
    const TokenId right = known(merge.second);
    const std::string& prefix = options_.continuation_prefix;
    const bool cut = !prefix.empty() && merge.second.compare(0, prefix.size(), prefix) == 0;
    const TokenId whole = known(merge.first + merge.second.substr(cut ? prefix.size() : 0));
    merges_.insert_or_assign(key_of(left, right), Merge{static_cast<std::uint32_t>(rank), whole});
  }

  [[nodiscard]] std::vector<Symbol> characters(std::string_view piece) const {
    std::vector<Symbol> symbols;
    symbols.reserve(piece.size());
    const bool plain = options_.word_suffix.empty() && options_.continuation_prefix.empty();
    std::string text;
    for (std::size_t at = 0; at < piece.size();) {
      Symbol s;
      s.begin = static_cast<std::uint32_t>(at);
      s.size = static_cast<std::uint32_t>(utf8_at(piece, at).size);
      const std::string_view letter = piece.substr(at, s.size);
      at += s.size;
      if (plain && s.size == 1) {
        s.id = letters_[static_cast<unsigned char>(letter[0]) & 0x7FU];
      } else if (plain) {
        s.id = vocabulary_.find(letter);
      } else {
        text = s.begin > 0 ? options_.continuation_prefix : std::string();
        text += letter;
        if (at == piece.size()) text += options_.word_suffix;
        s.id = vocabulary_.find(text);
      }
      symbols.push_back(s);
    }
    return symbols;
  }

  const Vocabulary& vocabulary_;
  BpeOptions options_;
  UnknownWriter unknown_;
  std::unordered_map<std::uint64_t, Merge, PairHash> merges_;
  std::array<TokenId, 128> letters_{};
};

}  // namespace

std::unique_ptr<TokenModel> make_bpe(const Vocabulary& vocabulary,
                                     const std::vector<std::pair<std::string, std::string>>& merges,
                                     BpeOptions options) {
  return std::make_unique<Bpe>(vocabulary, merges, std::move(options));
}

}  // namespace pare
