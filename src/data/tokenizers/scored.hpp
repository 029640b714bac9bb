#pragma once

#include "data/tokenizers/models.hpp"
#include "data/tokenizers/trie.hpp"

namespace pare {

/// Whether tokens of that kind stand for text; the others are never found in one.
inline bool is_text(TokenKind kind) noexcept {
  return kind == TokenKind::normal || kind == TokenKind::user_defined || kind == TokenKind::unused;
}

/// Errors: Fault::corrupt when a score is not finite or there are fewer scores or kinds than
/// tokens.
void check_scores(const Vocabulary& vocabulary, const ScoredVocabulary& scored);

/// The tokens of the kinds that `wanted` says.
Trie trie_of(const Vocabulary& vocabulary, const ScoredVocabulary& scored,
             bool (*wanted)(TokenKind kind));

/// Whether no token goes on beyond a word: marks of blanks stand at the beginnings of tokens only,
/// and the mark alone is one. Then words can be merged one by one, with the same result.
bool words_stand_alone(const Vocabulary& vocabulary, const ScoredVocabulary& scored);

}  // namespace pare
