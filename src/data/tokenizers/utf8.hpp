#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pare {

/// One character of a text, and how many bytes it takes.
struct Utf8Char {
  char32_t value = 0;
  std::size_t size = 1;
};

/// The character at byte `at` of valid UTF-8; `at` is below the size. A byte that starts no whole
/// character counts as one of its own, U+FFFD, so that the caller always gets on.
Utf8Char utf8_at(std::string_view text, std::size_t at) noexcept;
/// Appends the UTF-8 of `c`.
void append_utf8(std::string& out, char32_t c);
/// The characters of valid UTF-8.
std::u32string to_utf32(std::string_view text);
/// Bytes of `text` before an unfinished character at its end: all of them when it ends whole, or in
/// bytes that no later ones can complete.
std::size_t whole_utf8(std::string_view text) noexcept;

/// The letter that stands for a byte in vocabularies of byte-level BPE: printable bytes stand for
/// themselves, the others for U+0100 and following in order. Source: GPT-2's encoder.
const std::array<std::string, 256>& byte_letters();
/// The byte that a letter stands for; -1 = none.
int byte_of_letter(char32_t letter) noexcept;

/// "<0x0A>" -> 10; -1 when `token` is not exactly of that form.
int byte_of_token(std::string_view token) noexcept;
/// 10 -> "<0x0A>".
std::string byte_token(std::uint8_t byte);

/// U+2581, which stands for a space in vocabularies of SentencePiece.
inline constexpr std::string_view kSpaceMark = "\xE2\x96\x81";

/// `text` with every `from` replaced by `to`, from the left.
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

}  // namespace pare
