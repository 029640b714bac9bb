#include "data/tokenizers/unknown.hpp"

#include <algorithm>

#include "data/tokenizers/utf8.hpp"

namespace pare {

UnknownWriter::UnknownWriter(const Vocabulary& vocabulary, UnknownRule rule) : rule_(rule) {
  for (unsigned b = 0; b < 256; ++b) {
    bytes_[b] = rule.byte_fallback ? vocabulary.find(byte_token(static_cast<std::uint8_t>(b))) : -1;
  }
}

void UnknownWriter::write(std::string_view text, bool& run, std::vector<TokenId>& out) const {
  const auto token = [&](char c) { return bytes_[static_cast<unsigned char>(c)]; };
  if (std::all_of(text.begin(), text.end(), [&](char c) { return token(c) >= 0; })) {
    for (const char c : text) out.push_back(token(c));
    run = false;
    return;
  }
  if (rule_.unknown >= 0 && !(run && rule_.fuse)) out.push_back(rule_.unknown);
  run = true;
}

}  // namespace pare
