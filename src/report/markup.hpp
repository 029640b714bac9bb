#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/words.hpp"

namespace pare::report {

/// HTML in both languages. Everything in it is escaped already.
struct Phrase {
  std::string en;
  std::string ko;
};

/// Text from the record, the same in both languages, escaped here.
Phrase plain(std::string_view text);
/// HTML made here, the same in both languages.
Phrase same(const std::string& html);
/// A text of the table with its places filled.
Phrase say(const Word& word, const std::vector<Phrase>& parts = {});
/// `parts` with `separator` between them.
Phrase join(const std::vector<Phrase>& parts, std::string_view separator);

/// As HTML: two elements of which the style sheet shows one, or the plain text when the languages
/// agree.
std::string html(const Phrase& phrase);
inline std::string html(const Word& word) { return html(say(word)); }
/// As SVG text at (x, y); `attributes` are written as they are.
std::string svg_text(double x, double y, const Phrase& phrase, std::string_view attributes = {});

/// A name from the model, kept from disturbing the direction of the text around it.
std::string name(std::string_view text);
/// Preformatted text, such as a recipe.
std::string pre(std::string_view text);

/// <th scope="col">; `numeric` ones stand right.
std::string column(const Word& word, bool numeric = false);
/// <td> with a number; `sort_by` is what a script sorts by (NaN sorts last).
std::string number_cell(const std::string& html, double sort_by);
std::string number_cell(const std::string& html);

/// A term and what it is, for <dl>; nothing when `value` is empty.
std::string entry(const Word& term, const std::string& value);

/// <section> with its heading; nothing when `body` is empty.
std::string section(std::string_view id, const Word& title, const std::string& body);
/// <p class="note">.
std::string note(const Phrase& phrase);

/// A horizontal bar for a table cell: `share` in 0..1 of the width of the cell.
std::string bar(double share, std::string_view css_class);

/// A coordinate or length for SVG: at most two digits behind the point.
std::string svg_number(double value);

}  // namespace pare::report
