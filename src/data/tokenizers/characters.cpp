#include "data/tokenizers/characters.hpp"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>

#include <array>
#include <limits>

#include "base/error.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

bool in_categories(char32_t c, std::uint32_t mask) noexcept {
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & mask) != 0;
}

const icu::Normalizer2& normalizer(NormalForm form) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* n = nullptr;
  switch (form) {
    case NormalForm::nfc: n = icu::Normalizer2::getNFCInstance(status); break;
    case NormalForm::nfd: n = icu::Normalizer2::getNFDInstance(status); break;
    case NormalForm::nfkc: n = icu::Normalizer2::getNFKCInstance(status); break;
    case NormalForm::nfkd: n = icu::Normalizer2::getNFKDInstance(status); break;
  }
  if (U_FAILURE(status) != 0 || n == nullptr) {
    throw Error(Fault::resource, "the normal forms of Unicode cannot be loaded");
  }
  return *n;
}

icu::StringPiece piece_of(std::string_view text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()) / 4) {
    throw Error(Fault::resource, cat("a text of ", text.size(), " bytes"));
  }
  return {text.data(), static_cast<std::int32_t>(text.size())};
}

}  // namespace

bool is_white_space(char32_t c) noexcept { return u_isUWhiteSpace(static_cast<UChar32>(c)) != 0; }

bool is_punctuation(char32_t c) noexcept {
  if (c < 0x80) {
    return (c > 0x20 && c < '0') || (c > '9' && c < 'A') || (c > 'Z' && c < 'a') ||
           (c > 'z' && c < 0x7F);
  }
  return in_categories(c, U_GC_P_MASK);
}

bool is_number(char32_t c) noexcept { return in_categories(c, U_GC_N_MASK); }
bool is_letter(char32_t c) noexcept { return in_categories(c, U_GC_L_MASK); }
bool is_word_part(char32_t c) noexcept {
  return in_categories(c, U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK | U_GC_PC_MASK) || c == 0x200C ||
         c == 0x200D;
}
bool is_mark(char32_t c) noexcept { return in_categories(c, U_GC_M_MASK); }
bool is_nonspacing_mark(char32_t c) noexcept { return in_categories(c, U_GC_MN_MASK); }
bool is_control(char32_t c) noexcept {
  return in_categories(c, U_GC_CC_MASK | U_GC_CF_MASK | U_GC_CO_MASK | U_GC_CS_MASK);
}

bool is_ideograph(char32_t c) noexcept {
  struct Block {
    char32_t first;
    char32_t last;
  };
  constexpr std::array<Block, 8> kBlocks = {{{0x4E00, 0x9FFF},
                                             {0x3400, 0x4DBF},
                                             {0x20000, 0x2A6DF},
                                             {0x2A700, 0x2B73F},
                                             {0x2B740, 0x2B81F},
                                             {0x2B820, 0x2CEAF},
                                             {0xF900, 0xFAFF},
                                             {0x2F800, 0x2FA1F}}};
  for (const Block& b : kBlocks) {
    if (c >= b.first && c <= b.last) return true;
  }
  return false;
}

std::string normal_form(std::string_view text, NormalForm form) {
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  UErrorCode status = U_ZERO_ERROR;
  normalizer(form).normalizeUTF8(0, piece_of(text), sink, nullptr, status);
  require(U_FAILURE(status) == 0, "a text cannot be normalised");
  return out;
}

std::string lower_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char c = utf8_at(text, at);
    at += c.size;
    append_utf8(out, static_cast<char32_t>(u_tolower(static_cast<UChar32>(c.value))));
    if (c.value == 0x130) append_utf8(out, 0x307);  // the one whose lower case are two
  }
  return out;
}

std::string upper_case(std::string_view text) {
  std::string out;
  icu::StringByteSink<std::string> sink(&out);
  UErrorCode status = U_ZERO_ERROR;
  icu::CaseMap::utf8ToUpper("", 0, piece_of(text), sink, nullptr, status);
  require(U_FAILURE(status) == 0, "a text has no upper case");
  return out;
}

}  // namespace pare
