#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace pare {

/// Strings with a number each, to be found from a place in a text on. Children of a node lie side
/// by side, in order of their byte.
class Trie {
 public:
  Trie() = default;
  /// Of equal strings the last one's number counts; empty ones are left out. Numbers are >= 0.
  explicit Trie(std::vector<std::pair<std::string_view, std::int32_t>> words);

  /// Calls use(length, number) for every string that stands at `at`, the shortest first.
  template <class Use>
  void each_at(std::string_view text, std::size_t at, Use&& use) const {
    std::uint32_t node = 0;
    for (std::size_t i = at; i < text.size() && !nodes_.empty(); ++i) {
      node = child(node, static_cast<unsigned char>(text[i]));
      if (node == 0) return;
      if (nodes_[node].number >= 0) use(i + 1 - at, nodes_[node].number);
    }
  }
  /// Length and number of the longest string that stands at `at`; number -1 = none.
  [[nodiscard]] std::pair<std::size_t, std::int32_t> longest_at(std::string_view text,
                                                                std::size_t at) const {
    std::pair<std::size_t, std::int32_t> best{0, -1};
    each_at(text, at, [&](std::size_t size, std::int32_t number) { best = {size, number}; });
    return best;
  }
  [[nodiscard]] bool empty() const noexcept { return nodes_.empty(); }

 private:
  struct Node {
    std::uint32_t first = 0;
    std::uint16_t count = 0;
    std::uint8_t byte = 0;
    std::int32_t number = -1;
  };
  /// 0 = none: no child is the root.
  [[nodiscard]] std::uint32_t child(std::uint32_t node, std::uint8_t byte) const noexcept {
    if (node == 0) return roots_[byte];
    std::uint32_t low = nodes_[node].first;
    std::uint32_t high = low + nodes_[node].count;
    while (low < high) {
      const std::uint32_t middle = low + (high - low) / 2;
      if (nodes_[middle].byte < byte) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low < nodes_[node].first + nodes_[node].count && nodes_[low].byte == byte ? low : 0;
  }

  std::vector<Node> nodes_;
  std::array<std::uint32_t, 256> roots_{};
};

}  // namespace pare
