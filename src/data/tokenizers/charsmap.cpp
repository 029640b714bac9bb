#include "data/tokenizers/charsmap.hpp"

#include "base/cursor.hpp"
#include "base/error.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

/// Unicode's longest takes 33 bytes; without a limit a short text could become any length.
constexpr std::size_t kLongestText = 1024;

/// Bits of a unit: 0-7 byte, 8 has a value, 9 offset times 256, 10-30 offset, 31 is a value.
std::uint32_t offset_of(std::uint32_t unit) { return (unit >> 10U) << ((unit & 0x200U) >> 6U); }
bool has_value(std::uint32_t unit) { return (unit & 0x100U) != 0; }
bool is_byte(std::uint32_t unit, std::uint8_t byte) { return (unit & 0x800000FFU) == byte; }

}  // namespace

Charsmap::Charsmap(std::string_view bytes) {
  Cursor in(std::as_bytes(std::span(bytes)));
  const auto size = in.read<std::uint32_t>();
  if (size % 4 != 0 || size == 0) {
    throw Error(Fault::corrupt, cat("a map of characters with a trie of ", size, " bytes"));
  }
  units_.resize(in.count(size / 4, 4));
  for (std::uint32_t& unit : units_) unit = in.read<std::uint32_t>();
  texts_ = in.text(in.left());
  if (texts_.empty() || texts_.back() != '\0') {
    throw Error(Fault::corrupt, "the texts of a map of characters do not end");
  }
}

std::optional<Charsmap::Found> Charsmap::find(std::string_view text, std::size_t at) const {
  std::optional<Found> best;
  std::uint32_t node = offset_of(units_[0]);
  for (std::size_t i = at; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    node ^= byte;
    if (byte == 0 || node >= units_.size() || !is_byte(units_[node], byte)) break;
    const std::uint32_t unit = units_[node];
    node ^= offset_of(unit);
    if (!has_value(unit)) continue;
    if (node >= units_.size()) break;
    const std::uint32_t value = units_[node] & 0x7FFFFFFFU;
    if (value >= texts_.size()) break;
    const std::string_view rest = std::string_view{texts_}.substr(value, kLongestText + 1);
    const std::size_t end = rest.find('\0');
    if (end == std::string_view::npos) {
      throw Error(Fault::corrupt,
                  cat("a character is replaced by more than ", kLongestText, " bytes"));
    }
    best = {i + 1 - at, rest.substr(0, end)};
  }
  return best;
}

std::string Charsmap::apply(std::string_view text) const {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto found = find(text, at);
    if (found) {
      out += found->replacement;
      at += found->size;
    } else {
      const std::size_t size = utf8_at(text, at).size;
      out += text.substr(at, size);
      at += size;
    }
  }
  return out;
}

}  // namespace pare
