#include <unicode/ucasemap.h>
#include <unicode/utypes.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>

#include "base/text.hpp"
#include "ops/_ml.hpp"

namespace pare {
namespace {

enum class CaseChange : std::uint8_t { none, lower, upper };

/// Unicode's case mappings with the special rules of a locale, by ICU.
class CaseMapper {
 public:
  explicit CaseMapper(const AttributeReader& a) {
    UErrorCode status = U_ZERO_ERROR;
    map_.reset(ucasemap_open(a.attr_string("locale").c_str(), 0, &status));
    if (U_FAILURE(status) != 0 || map_ == nullptr) {
      throw Error(Fault::resource, "the case mappings of Unicode cannot be loaded");
    }
  }
  [[nodiscard]] std::string lower(const std::string& s) const {
    return apply(ucasemap_utf8ToLower, s);
  }
  [[nodiscard]] std::string upper(const std::string& s) const {
    return apply(ucasemap_utf8ToUpper, s);
  }
  /// Equal for texts that differ only in case.
  [[nodiscard]] std::string fold(const std::string& s) const {
    return apply(ucasemap_utf8FoldCase, s);
  }

 private:
  using Mapping = std::int32_t (*)(const UCaseMap*, char*, std::int32_t, const char*, std::int32_t,
                                   UErrorCode*);
  [[nodiscard]] std::string apply(Mapping mapping, const std::string& s) const {
    if (s.size() > std::size_t{1} << 29) throw Error(Fault::resource, "text of 512 MiB");
    std::string out(s.size() + 16, '\0');
    for (;;) {
      UErrorCode status = U_ZERO_ERROR;
      const std::int32_t n = mapping(map_.get(), out.data(), static_cast<std::int32_t>(out.size()),
                                     s.data(), static_cast<std::int32_t>(s.size()), &status);
      const bool fits = n >= 0 && static_cast<std::size_t>(n) <= out.size();
      if (status == U_BUFFER_OVERFLOW_ERROR && !fits && n > 0) {
        out.resize(static_cast<std::size_t>(n));  // what it says it needs
        continue;
      }
      require(U_FAILURE(status) == 0 && fits, "a case mapping fails");
      out.resize(static_cast<std::size_t>(n));
      return out;
    }
  }

  struct Close {
    void operator()(UCaseMap* map) const { ucasemap_close(map); }
  };
  std::unique_ptr<UCaseMap, Close> map_;
};

CaseChange case_change(const AttributeReader& a) {
  constexpr std::array<std::string_view, 3> kWords = {"NONE", "LOWER", "UPPER"};
  return static_cast<CaseChange>(ops::attr_word(a, "case_change_action", kWords));
}

void infer(ShapeContext& c) {
  const DType text = dtype_of(ElementKind::string);
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> y;
  if (x != nullptr && !x->empty()) {
    y = *x;
    y->back() = Dim::unknown();  // words are dropped, and one is left at least
  }
  c.set_output(0, text, y);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const bool row = x.rank() == 2 && x.dim(0) == 1;
  if (x.rank() != 1 && !row) {
    call.fail(cat("want text of shape [C] or [1,C], got ", to_string(x.shape())));
  }
  const CaseChange change = case_change(call);
  const bool exact = call.attr_int("is_case_sensitive") != 0;
  const CaseMapper mapper(call);
  std::set<std::string> stops;
  for (const std::string& stop : call.attr_strings("stopwords")) {
    stops.insert(exact ? stop : mapper.fold(stop));
  }
  std::vector<std::string> kept;
  for (const std::string& word : x.data<std::string>()) {
    if (valid_utf8(word) != word) call.fail("the input is no UTF-8 text");
    if (!stops.empty() && stops.count(exact ? word : mapper.fold(word)) > 0) continue;
    kept.push_back(change == CaseChange::lower   ? mapper.lower(word)
                   : change == CaseChange::upper ? mapper.upper(word)
                                                 : word);
  }
  if (kept.empty()) kept.emplace_back();
  const auto count = static_cast<std::int64_t>(kept.size());
  call.set_output(0, Tensor::of<std::string>(row ? Shape{1, count} : Shape{count}, kept));
}

}  // namespace

/// Drops the elements that are stop words (compared by case folding unless is_case_sensitive) and
/// changes the case of the others by Unicode's full mappings ("Straße" becomes "STRASSE"), with the
/// rules of `locale` where it has its own (Turkish, Lithuanian, Greek, Dutch); the Unicode version
/// is that of the ICU library. When nothing is left there is one empty text. Shapes: x [C] or [1,
/// C]
/// -> [C'] or [1, C'], C' >= 1. Errors: Fault::corrupt for other shapes and for what is not UTF-8.
/// Source: ONNX StringNormalizer, version 10.
OpDefs op_string_normalizer() {
  return OpDef("StringNormalizer", 10)
      .input("X", types::kString)
      .output("Y", types::kString)
      .attribute("case_change_action", std::string("NONE"), "LOWER, UPPER or NONE")
      .attribute("is_case_sensitive", std::int64_t{0}, "0: stop words match in any case")
      .attribute("locale", std::string("en_US"), "whose case rules count")
      .optional_attribute("stopwords", AttributeKind::texts, "elements to drop")
      .define(infer, reference, [](const ShapeContext& c) { return ops::per_input(c, 1); });
}

}  // namespace pare
