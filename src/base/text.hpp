#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pare {

/// `text` from an untrusted file made safe for one sink each: control characters and invalid UTF-8
/// become visible escapes; long texts are cut at `limit` characters.
std::string escape_terminal(std::string_view text, std::size_t limit = 400);
/// For HTML text and quoted attribute values.
std::string escape_html(std::string_view text);
/// `text` with every byte sequence that is not valid UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text) noexcept;
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string lower(std::string_view text);

/// "1.50 MB" (decimal units), "12 B".
std::string human_bytes(std::uint64_t bytes);
/// "3.2 ms", "1 min 20 s".
std::string human_time(double seconds);

/// Parses "5MB", "1.5 GiB", "300000" to bytes. Fault::usage with the accepted forms otherwise.
std::uint64_t parse_bytes(std::string_view text);
/// Parses "20ms", "5s", "2min" to seconds. Fault::usage otherwise.
double parse_seconds(std::string_view text);
/// Parses "1%" or "0.01" to 0.01. Fault::usage otherwise.
double parse_fraction(std::string_view text);

}  // namespace pare
