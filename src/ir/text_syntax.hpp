#pragma once

#include <cctype>
#include <string_view>

namespace pare::text_syntax {

/// What printer and parser must agree on.
inline bool begins_name(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '/';
}
inline bool continues_name(char c) {
  return begins_name(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.';
}

/// True for a name that may stand without quotes.
inline bool is_plain_name(std::string_view name) {
  if (name.empty() || name == "_" || !begins_name(name.front())) return false;
  if (name == "input" || name == "output" || name == "const" || name == "name") return false;
  for (const char c : name) {
    if (!continues_name(c)) return false;
  }
  return true;
}

/// True for a size that the parser reads as an expression (and not as one quoted symbol).
inline bool is_plain_dim(std::string_view text) {
  if (text == "?") return true;
  bool at_start = true;  // of an operand
  for (const char c : text) {
    const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
    const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0;
    const bool sign = c == '+' || c == '-' || c == '*' || c == '/' || c == '(' || c == ')';
    if (!letter && !digit && !sign && (c != '.' || at_start)) return false;
    at_start = sign;
  }
  return !text.empty();
}

}  // namespace pare::text_syntax
