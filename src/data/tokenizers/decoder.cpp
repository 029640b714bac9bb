#include "data/tokenizers/decoder.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

/// The bytes that letters stand for; the text itself when one of them stands for none.
std::string bytes_of_letters(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char c = utf8_at(text, at);
    const int byte = byte_of_letter(c.value);
    if (byte < 0) return text;
    out += static_cast<char>(byte);
    at += c.size;
  }
  return out;
}

void strip_ends(const DecodeStep& s, std::string& text) {
  if (s.content.empty()) return;
  for (std::size_t i = 0; i < s.left && text.starts_with(s.content); ++i) {
    text.erase(0, s.content.size());
  }
  for (std::size_t i = 0; i < s.right && text.ends_with(s.content); ++i) {
    text.resize(text.size() - s.content.size());
  }
}

/// English as it is written: Hugging Face's clean-up.
std::string cleaned_up(std::string text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kChanges = {
      {{" .", "."},
       {" ?", "?"},
       {" !", "!"},
       {" ,", ","},
       {" ' ", "'"},
       {" n't", "n't"},
       {" 'm", "'m"},
       {" do not", " don't"},
       {" 's", "'s"},
       {" 've", "'ve"},
       {" 're", "'re"}}};
  for (const auto& [from, to] : kChanges) text = replace_all(text, from, to);
  return text;
}

}  // namespace

void DecodeState::step(const DecodeStep& s, std::string& text) {
  switch (s.kind) {
    case DecodeStep::Kind::replace: {
      const std::string& from = s.pattern.literal_text();
      text = from.empty() ? replace_matches(s.pattern, s.content)(text, first_)
                          : replace_all(text, from, s.content);
      return;
    }
    case DecodeStep::Kind::byte_letters: text = bytes_of_letters(text); return;
    case DecodeStep::Kind::byte_tokens: {
      const int byte = byte_of_token(text);
      if (byte >= 0) text.assign(1, static_cast<char>(byte));
      return;
    }
    case DecodeStep::Kind::strip: strip_ends(s, text); return;
    case DecodeStep::Kind::word_pieces:
      if (!first_) {
        const bool inside = !s.content.empty() && text.starts_with(s.content);
        text = inside ? text.substr(s.content.size()) : " " + text;
      }
      if (s.clean_up) text = cleaned_up(std::move(text));
      return;
    case DecodeStep::Kind::space_marks:
      if (first_ && s.left > 0 && text.starts_with(s.content)) text.erase(0, s.content.size());
      text = replace_all(text, s.content, " ");
      return;
    case DecodeStep::Kind::word_suffix: {
      const bool ends = !s.content.empty() && text.ends_with(s.content);
      if (ends) text.resize(text.size() - s.content.size());
      if (blank_due_) text.insert(0, 1, ' ');
      blank_due_ = ends;
      return;
    }
  }
}

std::string DecodeState::take(std::size_t bytes) {
  std::string out = valid_utf8(std::string_view{held_}.substr(0, bytes));
  held_.erase(0, bytes);
  return out;
}

std::string DecodeState::push(std::string_view token) {
  std::string text(token);
  for (const DecodeStep& s : rules_.each) step(s, text);
  first_ = false;
  if (to_strip_ > 0 && !text.empty()) {
    std::size_t blanks = 0;
    while (blanks < std::min(to_strip_, text.size()) && text[blanks] == ' ') ++blanks;
    to_strip_ = blanks == text.size() ? to_strip_ - blanks : 0;
    text.erase(0, blanks);
  }
  held_ += text;
  return rules_.whole.empty() ? take(whole_utf8(held_)) : std::string();
}

std::string DecodeState::finish() {
  std::string out = take(held_.size());
  for (const TextStep& s : rules_.whole) out = s(out, true);
  first_ = true;
  blank_due_ = false;
  to_strip_ = rules_.strip_first;
  return out;
}

}  // namespace pare
