#include "data/tokenizers/scored.hpp"

#include <cmath>

#include "base/error.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {

void check_scores(const Vocabulary& vocabulary, const ScoredVocabulary& scored) {
  const auto n = static_cast<std::size_t>(vocabulary.size());
  if (scored.scores.size() < n || scored.kinds.size() < n) {
    throw Error(Fault::corrupt, cat(n, " tokens, but ", scored.scores.size(), " scores and ",
                                    scored.kinds.size(), " kinds"));
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (!std::isfinite(scored.scores[i])) {
      throw Error(Fault::corrupt, cat("token ", i, " has the score ", scored.scores[i]));
    }
  }
}

Trie trie_of(const Vocabulary& vocabulary, const ScoredVocabulary& scored,
             bool (*wanted)(TokenKind kind)) {
  std::vector<std::pair<std::string_view, std::int32_t>> words;
  for (std::int64_t id = 0; id < vocabulary.size(); ++id) {
    if (vocabulary.has(id) && wanted(scored.kinds[static_cast<std::size_t>(id)])) {
      words.emplace_back(vocabulary.text(id), static_cast<std::int32_t>(id));
    }
  }
  return Trie(std::move(words));
}

bool words_stand_alone(const Vocabulary& vocabulary, const ScoredVocabulary& scored) {
  const TokenId mark = vocabulary.find(kSpaceMark);
  if (mark < 0 || scored.kinds[static_cast<std::size_t>(mark)] != TokenKind::normal) return false;
  for (std::int64_t id = 0; id < vocabulary.size(); ++id) {
    if (!is_text(scored.kinds[static_cast<std::size_t>(id)])) continue;
    std::string_view text = vocabulary.text(id);
    while (text.starts_with(kSpaceMark)) text.remove_prefix(kSpaceMark.size());
    if (text.find(kSpaceMark) != std::string_view::npos) return false;
  }
  return true;
}

}  // namespace pare
