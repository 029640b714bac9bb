#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pare {

/// The rows of a CSV text (RFC 4180: quotes, doubled quotes, LF or CRLF; a byte order mark is
/// skipped, empty lines too). Errors: Fault::corrupt with the line for an open quote, text after a
/// closing quote or a row of another length than the first.
std::vector<std::vector<std::string>> parse_csv(std::string_view text);

}  // namespace pare
