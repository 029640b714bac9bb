#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pare {

/// A part of a text: bytes [begin, end).
struct TextRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  friend bool operator==(const TextRange&, const TextRange&) = default;
};

/// A regular expression as tokenizers write them (Perl's syntax, classes of Unicode, `^` and `$` at
/// every line), matched by PCRE2 with a limit on its work. Copies share the compiled form, which
/// any number of threads may use.
class Pattern {
 public:
  /// Errors: Fault::corrupt with the place when it is not well formed; Fault::resource when it is
  /// longer than 64 KiB or too large compiled.
  explicit Pattern(std::string_view regex);
  /// Matches just this text.
  static Pattern literal(std::string_view text);
  /// The text, for those that match just one; else empty.
  [[nodiscard]] const std::string& literal_text() const noexcept { return literal_; }

  /// Finds matches, one text after the other; of one thread.
  class Finder {
   public:
    explicit Finder(const Pattern& pattern);
    ~Finder();
    Finder(const Finder&) = delete;
    Finder& operator=(const Finder&) = delete;
    /// Matches in `text` (valid UTF-8) from left to right that do not overlap; empty ones are left
    /// out. Errors: Fault::resource when a match needs more work than any sane pattern does.
    void find(std::string_view text, std::vector<TextRange>& out);

   private:
    struct State;
    std::unique_ptr<State> state_;
  };
  [[nodiscard]] std::vector<TextRange> matches(std::string_view text) const;

 private:
  struct Compiled;
  Pattern() = default;
  std::shared_ptr<const Compiled> compiled_;
  std::string literal_;
};

}  // namespace pare
