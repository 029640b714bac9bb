#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pare {

/// Number of a token in its vocabulary; >= 0.
using TokenId = std::int32_t;

/// Most tokens that a vocabulary may have, and bytes of one.
inline constexpr std::int64_t kMostTokens = std::int64_t{1} << 24;
inline constexpr std::size_t kLongestToken = std::size_t{1} << 16;

/// Texts of tokens by number and numbers by text. Numbers may have gaps.
class Vocabulary {
 public:
  Vocabulary() = default;
  Vocabulary(Vocabulary&&) = default;
  Vocabulary& operator=(Vocabulary&&) = default;
  Vocabulary(const Vocabulary&) = delete;  // texts_ points into ids_
  Vocabulary& operator=(const Vocabulary&) = delete;
  ~Vocabulary() = default;
  /// Token i has the text tokens[i]. Errors: as add().
  explicit Vocabulary(const std::vector<std::string>& tokens);

  /// Errors: Fault::corrupt for a number below 0, a number or text that is there already with
  /// another partner, or a number far above the count of tokens (memory would grow with a number
  /// instead of with the file); Fault::resource above kMostTokens or kLongestToken.
  void add(std::string_view text, std::int64_t id);
  /// Greatest number + 1.
  [[nodiscard]] std::int64_t size() const noexcept {
    return static_cast<std::int64_t>(texts_.size());
  }
  /// Tokens that there are.
  [[nodiscard]] std::size_t count() const noexcept { return ids_.size(); }
  /// Number of a text; -1 = none.
  [[nodiscard]] TokenId find(std::string_view text) const;
  [[nodiscard]] bool has(std::int64_t id) const noexcept {
    return id >= 0 && id < size() && texts_[static_cast<std::size_t>(id)] != nullptr;
  }
  /// Text of a number; empty for gaps. Errors: Fault::usage outside the vocabulary.
  [[nodiscard]] const std::string& text(std::int64_t id) const;
  /// So many tokens will come, in any order.
  void expect(std::size_t count);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const noexcept {
      return std::hash<std::string_view>()(s);
    }
  };
  // Texts are the keys of the map, whose nodes stay where they are.
  std::vector<const std::string*> texts_;
  std::size_t expected_ = 0;
  std::unordered_map<std::string, TokenId, Hash, std::equal_to<>> ids_;
};

}  // namespace pare
