#include "data/tokenizers/vocabulary.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {

Vocabulary::Vocabulary(const std::vector<std::string>& tokens) {
  ids_.reserve(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) add(tokens[i], static_cast<std::int64_t>(i));
}

void Vocabulary::expect(std::size_t count) {
  expected_ = count;
  ids_.reserve(count);
}

void Vocabulary::add(std::string_view text, std::int64_t id) {
  if (id < 0) {
    throw Error(Fault::corrupt, cat("token '", escape_terminal(text, 60), "' has the number ", id));
  }
  if (id >= kMostTokens) {
    throw Error(Fault::resource, cat("token number ", id, "; ", kMostTokens, " is the limit"));
  }
  if (text.size() > kLongestToken) {
    throw Error(Fault::resource, cat("token ", id, " has ", text.size(), " bytes; ", kLongestToken,
                                     " is the limit"));
  }
  const auto most = 2 * (std::max(count(), expected_) + 65536);
  if (id >= static_cast<std::int64_t>(most)) {
    throw Error(Fault::corrupt,
                cat("token number ", id, " in a vocabulary of ", count(), " tokens"));
  }
  const auto at = static_cast<std::size_t>(id);
  if (at < texts_.size() && texts_[at] != nullptr) {
    if (*texts_[at] == text) return;
    throw Error(Fault::corrupt,
                cat("number ", id, " is both token '", escape_terminal(*texts_[at], 60),
                    "' and token '", escape_terminal(text, 60), "'"));
  }
  const auto [place, fresh] = ids_.emplace(text, static_cast<TokenId>(id));
  if (!fresh) {
    throw Error(Fault::corrupt, cat("token '", escape_terminal(text, 60), "' has the numbers ",
                                    place->second, " and ", id));
  }
  if (at >= texts_.size()) texts_.resize(at + 1);
  texts_[at] = &place->first;
}

TokenId Vocabulary::find(std::string_view text) const {
  const auto at = ids_.find(text);
  return at == ids_.end() ? -1 : at->second;
}

const std::string& Vocabulary::text(std::int64_t id) const {
  static const std::string none;
  if (id < 0 || id >= size()) {
    throw Error(Fault::usage, cat("there is no token ", id, "; the vocabulary has ", size()));
  }
  const std::string* text = texts_[static_cast<std::size_t>(id)];
  return text == nullptr ? none : *text;
}

}  // namespace pare
