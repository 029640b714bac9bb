#pragma once

#include "data/tokenizers/models.hpp"
#include "data/tokenizers/trie.hpp"

namespace pare {

/// Whether tokens of that kind stand for text; the others are never found in one.
inline bool is_text(PieceKind kind) noexcept {
  return kind == PieceKind::normal || kind == PieceKind::user_defined || kind == PieceKind::unused;
}

/// Errors: Fault::corrupt when a score is not finite or there are fewer scores or kinds than
/// tokens.
void check_scores(const Vocabulary& vocabulary, const ScoredVocabulary& scored);

/// The tokens of the kinds that `wanted` says.
Trie trie_of(const Vocabulary& vocabulary, const ScoredVocabulary& scored,
             bool (*wanted)(PieceKind kind));

}  // namespace pare
