#include "data/tokenizers/trie.hpp"

#include <algorithm>
#include <limits>

#include "base/error.hpp"

namespace pare {
namespace {

/// A node to be filled: its strings are [begin, end), equal in the first `depth` bytes.
struct Open {
  std::size_t begin;
  std::size_t end;
  std::size_t depth;
};

}  // namespace

Trie::Trie(std::vector<std::pair<std::string_view, std::int32_t>> words) {
  std::erase_if(words, [](const auto& w) { return w.first.empty(); });
  if (words.empty()) return;
  std::stable_sort(words.begin(), words.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Open> open = {{0, words.size(), 0}};
  nodes_.emplace_back();
  // Breadth first: node i's strings are open[i].
  for (std::size_t i = 0; i < open.size(); ++i) {
    auto [begin, end, depth] = open[i];
    while (begin < end && words[begin].first.size() == depth) {
      nodes_[i].number = words[begin++].second;
    }
    nodes_[i].first = static_cast<std::uint32_t>(nodes_.size());
    while (begin < end) {
      const char byte = words[begin].first[depth];
      std::size_t next = begin;
      while (next < end && words[next].first[depth] == byte) ++next;
      Node node;
      node.byte = static_cast<std::uint8_t>(byte);
      if (i == 0) roots_[node.byte] = static_cast<std::uint32_t>(nodes_.size());
      nodes_.push_back(node);
      open.push_back({begin, next, depth + 1});
      ++nodes_[i].count;
      begin = next;
    }
    if (nodes_.size() > std::numeric_limits<std::uint32_t>::max()) {
      throw Error(Fault::resource, "a vocabulary with more than 4 GB of text");
    }
  }
}

}  // namespace pare
