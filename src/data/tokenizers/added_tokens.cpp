#include "data/tokenizers/added_tokens.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/tokenizers/characters.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

constexpr std::size_t kLongest = 4096;

/// Where the character before `at` begins.
std::size_t before(std::string_view text, std::size_t at) {
  std::size_t begin = at - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80) --begin;
  return begin;
}

bool beside_word(std::string_view text, const TextRange& r) {
  return (r.begin > 0 && is_word_part(utf8_at(text, before(text, r.begin)).value)) ||
         (r.end < text.size() && is_word_part(utf8_at(text, r.end).value));
}

void take_white_space(std::string_view text, const AddedToken& token, std::size_t least,
                      TextRange& r) {
  while (token.lstrip && r.begin > least) {
    const std::size_t at = before(text, r.begin);
    if (at < least || !is_white_space(utf8_at(text, at).value)) break;
    r.begin = at;
  }
  while (token.rstrip && r.end < text.size()) {
    const Utf8Char c = utf8_at(text, r.end);
    if (!is_white_space(c.value)) break;
    r.end += c.size;
  }
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  std::array<std::array<std::vector<std::pair<std::string_view, std::int32_t>>, 2>, 2> words;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const AddedToken& t = tokens_[i];
    const std::string shown = escape_terminal(t.content, 60);
    if (t.content.empty()) throw Error(Fault::corrupt, cat("added token ", t.id, " is empty"));
    if (t.content.size() > kLongest) {
      throw Error(Fault::resource, cat("added token ", t.id, " has ", t.content.size(), " bytes; ",
                                       kLongest, " is the limit"));
    }
    by_id_.emplace(t.id, i);
    const auto [at, fresh] = by_content_.emplace(t.content, i);
    if (!fresh && tokens_[at->second].id != t.id) {
      throw Error(Fault::corrupt, cat("added token '", shown, "' has the numbers ",
                                      tokens_[at->second].id, " and ", t.id));
    }
    const auto word = std::pair(std::string_view{t.content}, static_cast<std::int32_t>(i));
    words[t.normalized ? 1 : 0][1].push_back(word);
    if (!t.special) words[t.normalized ? 1 : 0][0].push_back(word);
  }
  for (std::size_t n = 0; n < 2; ++n) {
    for (std::size_t s = 0; s < 2; ++s) tries_[n][s] = Trie(std::move(words[n][s]));
  }
}

std::vector<AddedTokens::Found> AddedTokens::find(std::string_view text, bool normalized,
                                                  bool with_special) const {
  const Trie& trie = tries_[normalized ? 1 : 0][with_special ? 1 : 0];
  std::vector<Found> found;
  if (trie.empty()) return found;
  std::size_t least = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto [size, i] = trie.longest_at(text, at);
    if (i < 0) {
      ++at;
      continue;
    }
    const AddedToken& token = tokens_[static_cast<std::size_t>(i)];
    TextRange r{at, at + size};
    at = r.end;
    if (token.single_word && beside_word(text, r)) continue;
    take_white_space(text, token, least, r);
    found.push_back({r, token.id});
    least = r.end;
    at = r.end;
  }
  return found;
}

const AddedToken* AddedTokens::by_id(TokenId id) const {
  const auto at = by_id_.find(id);
  return at == by_id_.end() ? nullptr : &tokens_[at->second];
}

const AddedToken* AddedTokens::by_content(std::string_view content) const {
  const auto at = by_content_.find(content);
  return at == by_content_.end() ? nullptr : &tokens_[at->second];
}

}  // namespace pare
