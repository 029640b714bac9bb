#include "data/tokenizers/pattern.hpp"

#include <algorithm>
#include <array>
#include <optional>

// The library has one header for every width of characters; this is how 8 bits are chosen.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

constexpr std::size_t kLongest = std::size_t{1} << 16;
/// Steps of the matcher for one start: backtracking through a run of that many characters is fine,
/// what grows exponentially ends.
constexpr std::uint32_t kSteps = 100'000;

struct FreeCode {
  void operator()(pcre2_code* p) const { pcre2_code_free(p); }
};
struct FreeMatch {
  void operator()(pcre2_match_data* p) const { pcre2_match_data_free(p); }
};
struct FreeContext {
  void operator()(pcre2_match_context* p) const { pcre2_match_context_free(p); }
};
struct FreeStack {
  void operator()(pcre2_jit_stack* p) const { pcre2_jit_stack_free(p); }
};

std::string message_of(int code) {
  std::array<char, 256> text{};
  const auto* bytes = static_cast<void*>(text.data());
  pcre2_get_error_message(code, static_cast<PCRE2_UCHAR*>(const_cast<void*>(bytes)), text.size());
  return text.data();
}

PCRE2_SPTR units(std::string_view text) {
  return static_cast<PCRE2_SPTR>(static_cast<const void*>(text.data()));
}

/// `\s+$` tries every start in a run of spaces that does not end its line: quadratic. Its matches
/// begin where a run begins, and this says so.
std::string_view linear_form(std::string_view regex) {
  return regex == "\\s+$" ? "(?<!\\s)\\s+$" : regex;
}

}  // namespace

struct Pattern::Compiled {
  std::unique_ptr<pcre2_code, FreeCode> code;
};

Pattern::Pattern(std::string_view regex) {
  if (regex.size() > kLongest) {
    throw Error(Fault::resource,
                cat("a pattern of ", regex.size(), " bytes; ", kLongest, " is the limit"));
  }
  int code = 0;
  PCRE2_SIZE at = 0;
  const std::string_view form = linear_form(regex);
  auto compiled = std::make_shared<Compiled>();
  compiled->code.reset(pcre2_compile(
      units(form), form.size(),
      PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | PCRE2_ALLOW_EMPTY_CLASS,
      &code, &at, nullptr));
  if (compiled->code == nullptr) {
    throw Error(Fault::corrupt, cat("the pattern '", escape_terminal(regex, 200), "' at ", at, ": ",
                                    message_of(code)));
  }
  // Where the CPU or the system allow no compiled code, the interpreter gives the same matches.
  pcre2_jit_compile(compiled->code.get(), PCRE2_JIT_COMPLETE);
  compiled_ = std::move(compiled);
}

Pattern Pattern::literal(std::string_view text) {
  Pattern p;
  p.literal_ = text;
  return p;
}

struct Pattern::Finder::State {
  Pattern pattern;
  std::unique_ptr<pcre2_match_data, FreeMatch> match;
  std::unique_ptr<pcre2_match_context, FreeContext> context;
  std::unique_ptr<pcre2_jit_stack, FreeStack> stack;

  void prepare() {
    match.reset(pcre2_match_data_create(1, nullptr));
    context.reset(pcre2_match_context_create(nullptr));
    // Grows when a match needs it; the machine stack would not do for long runs.
    stack.reset(pcre2_jit_stack_create(std::size_t{32} << 10, std::size_t{64} << 20, nullptr));
    if (match == nullptr || context == nullptr || stack == nullptr) {
      throw Error(Fault::resource, "no memory is left for matching");
    }
    pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
  }

  /// The first match from `at` on.
  [[nodiscard]] std::optional<TextRange> next(std::string_view text, std::size_t at) {
    const int n = pcre2_match(pattern.compiled_->code.get(), units(text), text.size(), at,
                              PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY, match.get(), context.get());
    if (n == PCRE2_ERROR_NOMATCH) return std::nullopt;
    if (n < 0) {
      throw Error(Fault::resource,
                  cat("a pattern needs too much work at byte ", at, ": ", message_of(n)));
    }
    const PCRE2_SIZE* range = pcre2_get_ovector_pointer(match.get());
    // \K in a lookahead can move the beginning behind the end; such a match is none.
    if (range[0] < at || range[1] <= range[0]) return std::nullopt;
    return TextRange{range[0], range[1]};
  }
};

Pattern::Finder::Finder(const Pattern& pattern)
    : state_(std::make_unique<State>(State{pattern, nullptr, nullptr, nullptr})) {
  if (pattern.compiled_ != nullptr) state_->prepare();
}

Pattern::Finder::~Finder() = default;

void Pattern::Finder::find(std::string_view text, std::vector<TextRange>& out) {
  out.clear();
  if (state_->context == nullptr) {
    const std::string& literal = state_->pattern.literal_;
    for (std::size_t at = literal.empty() ? std::string_view::npos : text.find(literal);
         at != std::string_view::npos; at = text.find(literal, at + literal.size())) {
      out.push_back({at, at + literal.size()});
    }
    return;
  }
  const std::size_t limit = kSteps + 16 * text.size();
  pcre2_set_match_limit(state_->context.get(),
                        static_cast<std::uint32_t>(std::min<std::size_t>(limit, 1U << 31U)));
  for (std::size_t at = 0; at < text.size(); at = out.back().end) {
    const auto range = state_->next(text, at);
    if (!range) return;
    out.push_back(*range);
  }
}

std::vector<TextRange> Pattern::matches(std::string_view text) const {
  std::vector<TextRange> found;
  Finder(*this).find(text, found);
  return found;
}

}  // namespace pare
