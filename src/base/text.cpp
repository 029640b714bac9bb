#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iomanip>
#include <limits>
#include <optional>
#include <sstream>

#include "base/error.hpp"

namespace pare {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// A decoded character, or nothing when the bytes at `at` are not UTF-8 (RFC 3629).
struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;
};

std::optional<CodePoint> decode_utf8(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) return CodePoint{lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + bytes > text.size()) return std::nullopt;
  char32_t value = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if (!is_continuation(text[at + i])) return std::nullopt;
    value = (value << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kLeast.at(bytes) || value > 0x10FFFF || surrogate) return std::nullopt;
  return CodePoint{value, bytes};
}

/// Characters that move the cursor, hide text or turn its direction.
bool is_unsafe(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

std::string hex(std::uint32_t value, int digits) {
  std::ostringstream out;
  out << std::hex << std::setw(digits) << std::setfill('0') << value;
  return std::move(out).str();
}

struct Number {
  double value = 0;
  std::string unit;
};

/// "5 MB" as 5 and "mb"; Fault::usage saying `accepted` otherwise.
Number parse_number(std::string_view text, std::string_view accepted) {
  const std::string_view all = trim(text);
  Number number;
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), number.value);
  if (error != std::errc() || !std::isfinite(number.value) || number.value < 0) {
    throw Error(Fault::usage, cat("want ", accepted, ", got '", escape_terminal(text, 60), "'"));
  }
  number.unit = lower(trim(all.substr(static_cast<std::size_t>(end - all.data()))));
  return number;
}

struct Unit {
  std::string_view name;
  double factor;
};

template <std::size_t N>
double in_units(std::string_view text, const std::array<Unit, N>& units,
                std::string_view accepted) {
  const Number number = parse_number(text, accepted);
  const auto unit = std::find_if(units.begin(), units.end(),
                                 [&](const Unit& u) { return u.name == number.unit; });
  if (unit == units.end()) {
    throw Error(Fault::usage, cat("want ", accepted, ", got '", escape_terminal(text, 60), "'"));
  }
  return number.value * unit->factor;
}

}  // namespace

std::string escape_terminal(std::string_view text, std::size_t limit) {
  std::string out;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++characters) {
    if (characters == limit) return out + "...";
    const auto c = decode_utf8(text, at);
    if (!c) {
      out += "\\x" + hex(static_cast<unsigned char>(text[at]), 2);
      ++at;
      continue;
    }
    if (is_unsafe(c->value)) {
      out += c->value < 0x100 ? "\\x" + hex(c->value, 2) : "\\u" + hex(c->value, 4);
    } else {
      out += text.substr(at, c->bytes);
    }
    at += c->bytes;
  }
  return out;
}

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : valid_utf8(text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      case '\0': out += kReplacement; break;
      default: out += c;
    }
  }
  return out;
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto c = decode_utf8(text, at);
    out += c ? text.substr(at, c->bytes) : kReplacement;
    at += c ? c->bytes : 1;
  }
  return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = text.find(separator, begin);
    if (end == std::string_view::npos) break;
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  parts.emplace_back(text.substr(begin));
  return parts;
}

std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) out += separator;
    out += parts[i];
  }
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::string human_bytes(std::uint64_t bytes) {
  if (bytes < 1000) return cat(bytes, " B");
  constexpr std::array<std::string_view, 6> kUnits = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (value >= 999.995 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  std::ostringstream out;
  out << std::fixed << std::setprecision(2) << value << ' ' << kUnits.at(unit);
  return std::move(out).str();
}

std::string human_time(double seconds) {
  std::ostringstream out;
  out << std::fixed;
  if (seconds < 1e-3) {
    out << std::setprecision(1) << seconds * 1e6 << " us";
  } else if (seconds < 1) {
    out << std::setprecision(seconds < 0.1 ? 2 : 1) << seconds * 1e3 << " ms";
  } else if (seconds < 60) {
    out << std::setprecision(1) << seconds << " s";
  } else {
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    if (whole < 3600) {
      out << whole / 60 << " min " << whole % 60 << " s";
    } else {
      out << whole / 3600 << " h " << whole / 60 % 60 << " min";
    }
  }
  return std::move(out).str();
}

std::uint64_t parse_bytes(std::string_view text) {
  static constexpr std::array<Unit, 12> kUnits = {{{"", 1},
                                                   {"b", 1},
                                                   {"kb", 1e3},
                                                   {"mb", 1e6},
                                                   {"gb", 1e9},
                                                   {"tb", 1e12},
                                                   {"k", 1e3},
                                                   {"m", 1e6},
                                                   {"kib", 1024},
                                                   {"mib", 1048576},
                                                   {"gib", 1073741824},
                                                   {"tib", 1099511627776}}};
  constexpr std::string_view kAccepted = "a size such as 5MB, 1.5GiB or 300000";
  const double bytes = in_units(text, kUnits, kAccepted);
  if (bytes >= 0x1p63) throw Error(Fault::usage, cat("size ", text, " is too large"));
  return static_cast<std::uint64_t>(std::llround(bytes));
}

double parse_seconds(std::string_view text) {
  static constexpr std::array<Unit, 6> kUnits = {
      {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"sec", 1}, {"min", 60}, {"h", 3600}}};
  return in_units(text, kUnits, "a time such as 20ms, 5s or 2min");
}

double parse_fraction(std::string_view text) {
  constexpr std::string_view kAccepted = "a share such as 1% or 0.01";
  static constexpr std::array<Unit, 2> kUnits = {{{"", 1}, {"%", 0.01}}};
  const double value = in_units(text, kUnits, kAccepted);
  if (value > 1)
    throw Error(Fault::usage, cat("want ", kAccepted, " up to 100%, got '", text, "'"));
  return value;
}

}  // namespace pare
