#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace pare {

/// Deepest nesting of objects and arrays.
inline constexpr std::size_t kMostJsonDepth = 100;

/// Refuses what the parser would let through: bytes before the first and behind the last character
/// of the value (a byte order mark, text behind a NUL). Errors: Fault::corrupt with the position.
void check_json_frame(std::string_view text);

/// `text` cut at the position and escaped, for messages about JSON: "at 17, near '...'".
std::string json_place(std::string_view text, std::size_t at);

/// JSON from a stranger as a document with its members in order. Errors: Fault::corrupt with the
/// position for anything but one value of valid JSON in UTF-8, for names given twice in an object
/// and for nesting deeper than kMostJsonDepth.
nlohmann::ordered_json parse_strict_json(std::string_view text);

}  // namespace pare
