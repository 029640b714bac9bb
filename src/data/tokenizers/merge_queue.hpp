#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "data/tokenizers/vocabulary.hpp"

namespace pare {

/// A symbol of a piece that is being merged, in a doubly linked list by index; -1 = end.
struct Symbol {
  std::uint32_t begin = 0;  ///< bytes of the piece
  std::uint32_t size = 0;   ///< 0 = merged into another
  TokenId id = -1;
  std::int32_t before = -1;
  std::int32_t after = -1;
};

/// Links symbols in their order.
inline void link(std::vector<Symbol>& symbols) {
  const auto n = static_cast<std::int32_t>(symbols.size());
  for (std::int32_t i = 0; i < n; ++i) {
    symbols[static_cast<std::size_t>(i)].before = i - 1;
    symbols[static_cast<std::size_t>(i)].after = i + 1 < n ? i + 1 : -1;
  }
}

/// Merges symbols until none is left to merge: `look(left, right, rank, id)` says whether two
/// neighbours merge, how urgent that is (the smallest Rank first; the leftmost of equals) and into
/// which token. n log n for n symbols: what became stale is found by size when its turn comes.
template <class Rank, class Look>
void merge_all(std::vector<Symbol>& symbols, Look&& look) {
  struct Candidate {
    Rank rank;
    std::int32_t left;
    std::int32_t right;
    std::uint32_t size;  ///< of both, to tell whether they still are what they were
    TokenId id;
    TokenId left_id;
    TokenId right_id;
    bool operator<(const Candidate& o) const {  // the greatest is popped first
      return rank != o.rank ? o.rank < rank : o.left < left;
    }
  };
  std::vector<Candidate> heap;
  const auto at = [&symbols](std::int32_t i) -> Symbol& {
    return symbols[static_cast<std::size_t>(i)];
  };
  const auto consider = [&](std::int32_t left, std::int32_t right) {
    if (left < 0 || right < 0) return;
    Candidate c{{}, left, right, at(left).size + at(right).size, -1, at(left).id, at(right).id};
    if (!look(at(left), at(right), c.rank, c.id)) return;
    heap.push_back(c);
  };
  for (std::size_t i = 1; i < symbols.size(); ++i) {
    consider(static_cast<std::int32_t>(i - 1), static_cast<std::int32_t>(i));
  }
  std::make_heap(heap.begin(), heap.end());
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end());
    const Candidate c = heap.back();
    heap.pop_back();
    Symbol& left = at(c.left);
    Symbol& right = at(c.right);
    const bool stale = left.size == 0 || right.size == 0 || left.after != c.right ||
                       left.size + right.size != c.size || left.id != c.left_id ||
                       right.id != c.right_id;
    if (stale) continue;
    left.size = c.size;
    left.id = c.id;
    left.after = right.after;
    right.size = 0;
    if (left.after >= 0) at(left.after).before = c.left;
    for (const auto& [l, r] : {std::pair(left.before, c.left), std::pair(c.left, left.after)}) {
      const std::size_t known = heap.size();
      consider(l, r);
      if (heap.size() > known) std::push_heap(heap.begin(), heap.end());
    }
  }
}

}  // namespace pare
