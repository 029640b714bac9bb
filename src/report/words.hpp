#pragma once

#include <array>
#include <string>
#include <string_view>

namespace pare::report {

/// One text of the page in both languages; {0}, {1} ... are filled in.
struct Word {
  std::string_view key;
  std::string_view en;
  std::string_view ko;
};

inline constexpr auto kWords = std::to_array<Word>({
#include "report/words.inc"
});

/// The text `key` of the table. A key that is not there does not compile.
consteval Word word(std::string_view key) {
  for (const Word& w : kWords) {
    if (w.key == key) return w;
  }
  throw "no such text in report/words.inc";
}

}  // namespace pare::report
