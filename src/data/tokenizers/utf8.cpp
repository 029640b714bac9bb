#include "data/tokenizers/utf8.hpp"

#include <algorithm>

namespace pare {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

/// Length that the first byte of a character announces; 0 = it starts none.
std::size_t announced(unsigned first) noexcept {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

/// Whether `byte` may be the second of a character that begins with `first`.
bool second_fits(unsigned first, unsigned byte) noexcept {
  if (first == 0xE0) return byte >= 0xA0 && byte < 0xC0;
  if (first == 0xED) return byte >= 0x80 && byte < 0xA0;
  if (first == 0xF0) return byte >= 0x90 && byte < 0xC0;
  if (first == 0xF4) return byte >= 0x80 && byte < 0x90;
  return (byte & 0xC0U) == 0x80;
}

bool stands_for_itself(unsigned byte) noexcept {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

Utf8Char utf8_at(std::string_view text, std::size_t at) noexcept {
  const unsigned first = byte_at(text, at);
  const std::size_t size = announced(first);
  if (size == 1) return {static_cast<char32_t>(first), 1};
  if (size == 0 || size > text.size() - at || !second_fits(first, byte_at(text, at + 1))) {
    return {0xFFFD, 1};
  }
  char32_t value = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const unsigned byte = byte_at(text, at + i);
    if ((byte & 0xC0U) != 0x80) return {0xFFFD, 1};
    value = (value << 6U) | (byte & 0x3FU);
  }
  return {value, size};
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0U | (c >> 6U));
    put(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    put(0xE0U | (c >> 12U));
    put(0x80U | ((c >> 6U) & 0x3FU));
    put(0x80U | (c & 0x3FU));
  } else {
    put(0xF0U | (c >> 18U));
    put(0x80U | ((c >> 12U) & 0x3FU));
    put(0x80U | ((c >> 6U) & 0x3FU));
    put(0x80U | (c & 0x3FU));
  }
}

std::u32string to_utf32(std::string_view text) {
  std::u32string out;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char c = utf8_at(text, at);
    out.push_back(c.value);
    at += c.size;
  }
  return out;
}

std::size_t whole_utf8(std::string_view text) noexcept {
  const std::size_t most = std::min<std::size_t>(text.size(), 3);
  for (std::size_t back = 1; back <= most; ++back) {
    const std::size_t at = text.size() - back;
    const unsigned byte = byte_at(text, at);
    if ((byte & 0xC0U) == 0x80) continue;  // inside a character: look further left
    const bool open =
        announced(byte) > back && (back == 1 || second_fits(byte, byte_at(text, at + 1)));
    return open ? at : text.size();
  }
  return text.size();
}

const std::array<std::string, 256>& byte_letters() {
  static const std::array<std::string, 256> letters = [] {
    std::array<std::string, 256> all;
    char32_t next = 0x100;
    for (unsigned b = 0; b < 256; ++b) append_utf8(all[b], stands_for_itself(b) ? b : next++);
    return all;
  }();
  return letters;
}

int byte_of_letter(char32_t letter) noexcept {
  if (letter < 0x100) return stands_for_itself(letter) ? static_cast<int>(letter) : -1;
  // The others in order: 0..0x20, 0x7F..0xA0, 0xAD.
  const char32_t i = letter - 0x100;
  if (i <= 0x20) return static_cast<int>(i);
  if (i <= 0x42) return static_cast<int>(i - 0x21 + 0x7F);
  return i == 0x43 ? 0xAD : -1;
}

int byte_of_token(std::string_view token) noexcept {
  if (token.size() != 6 || token.substr(0, 3) != "<0x" || token[5] != '>') return -1;
  const int high = hex_digit(token[3]);
  const int low = hex_digit(token[4]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::string byte_token(std::uint8_t byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out = "<0x";
  out += kDigits[byte / 16U];
  out += kDigits[byte % 16U];
  return out + ">";
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  if (from.empty()) return std::string(text);
  std::size_t at = 0;
  for (;;) {
    const std::size_t found = text.find(from, at);
    if (found == std::string_view::npos) break;
    out += text.substr(at, found - at);
    out += to;
    at = found + from.size();
  }
  out += text.substr(at);
  return out;
}

}  // namespace pare
