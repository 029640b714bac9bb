#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "data/tokenizers/models.hpp"

namespace pare {

/// Writes what stands for text that no token has, by an UnknownRule.
class UnknownWriter {
 public:
  UnknownWriter(const Vocabulary& vocabulary, UnknownRule rule);

  /// Appends what stands for `text`. `run`: whether the token before stands for unknown text too;
  /// set to whether the one that was written does.
  void write(std::string_view text, bool& run, std::vector<TokenId>& out) const;
  [[nodiscard]] const UnknownRule& rule() const noexcept { return rule_; }

 private:
  UnknownRule rule_;
  std::array<TokenId, 256> bytes_{};
};

}  // namespace pare
