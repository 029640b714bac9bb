#pragma once

#include <string>
#include <string_view>

namespace pare {

/// Properties of characters, by ICU.
bool is_white_space(char32_t c) noexcept;
/// Categories P*, and every printable character of ASCII that is no letter, digit or space.
bool is_punctuation(char32_t c) noexcept;
bool is_number(char32_t c) noexcept;  ///< categories N*
bool is_letter(char32_t c) noexcept;  ///< categories L*
/// Letters, numbers, marks and connectors: what words are made of.
bool is_word_part(char32_t c) noexcept;
bool is_mark(char32_t c) noexcept;             ///< categories M*
bool is_nonspacing_mark(char32_t c) noexcept;  ///< category Mn
/// Categories Cc, Cf, Co and Cs.
bool is_control(char32_t c) noexcept;
/// Ideographs, which BERT's tokenizers take one by one.
bool is_ideograph(char32_t c) noexcept;

enum class NormalForm { nfc, nfd, nfkc, nfkd };
/// Valid UTF-8 in one of Unicode's normal forms.
std::string normal_form(std::string_view text, NormalForm form);
/// Every character on its own in lower case, whatever stands beside it.
std::string lower_case(std::string_view text);
/// By the rules of words, without those of a language: "ß" becomes "SS".
std::string upper_case(std::string_view text);

}  // namespace pare
