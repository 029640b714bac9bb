#include "data/tokenizers/normalizer.hpp"

#include "base/error.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

constexpr std::size_t kLargest = std::size_t{1} << 30;

/// The characters of `text` for which `keep` is true.
template <class Keep>
std::string filtered(std::string_view text, Keep&& keep) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char c = utf8_at(text, at);
    if (keep(c.value)) out += text.substr(at, c.size);
    at += c.size;
  }
  return out;
}

std::string_view stripped(std::string_view text, bool left, bool right) {
  std::size_t begin = 0;
  std::size_t end = 0;  // behind the last character that is no white space
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char c = utf8_at(text, at);
    const bool white = is_white_space(c.value);
    if (white && !inside) begin = at + c.size;
    inside = inside || !white;
    at += c.size;
    if (!white) end = at;
  }
  if (!inside) return left || right ? std::string_view() : text;
  const std::size_t from = left ? begin : 0;
  return text.substr(from, (right ? end : text.size()) - from);
}

std::string cleaned(std::string_view text, const BertRules& rules) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char c = utf8_at(text, at);
    const std::string_view letter = text.substr(at, c.size);
    at += c.size;
    const bool blank = c.value == '\t' || c.value == '\n' || c.value == '\r';
    if (rules.clean && (c.value == 0 || c.value == 0xFFFD || (!blank && is_control(c.value)))) {
      continue;
    }
    if (rules.clean && (blank || is_white_space(c.value))) {
      out += ' ';
    } else if (rules.ideographs && is_ideograph(c.value)) {
      out += ' ';
      out += letter;
      out += ' ';
    } else {
      out += letter;
    }
  }
  return out;
}

/// SentencePiece's normalizer at work on one text.
class Blanks {
 public:
  explicit Blanks(const SentencePieceRules& rules) : rules_(rules) {}

  std::string run(std::string_view text, bool first) {
    const bool prefix = rules_.add_prefix && (first || rules_.prefix_everywhere);
    out_.reserve(text.size() + text.size() / 4 + 3);
    if (prefix && !rules_.blank_is_suffix) out_ += kSpaceMark;
    const std::size_t begin = out_.size();
    after_blank_ = rules_.remove_extra;
    for (std::size_t at = 0; at < text.size();) at += next(text, at);
    if (rules_.remove_extra) {
      while (out_.size() > begin && std::string_view{out_}.ends_with(kSpaceMark)) {
        out_.resize(out_.size() - kSpaceMark.size());
      }
    }
    if (out_.size() == begin && (text.empty() || rules_.remove_extra)) return {};
    if (prefix && rules_.blank_is_suffix) out_ += kSpaceMark;
    return std::move(out_);
  }

 private:
  /// Takes what stands at `at`; returns its size.
  std::size_t next(std::string_view text, std::size_t at) {
    if (rules_.kept != nullptr) {
      const auto [size, id] = rules_.kept->longest_at(text, at);
      if (id >= 0) {
        append(text.substr(at, size));
        return size;
      }
    }
    if (rules_.map != nullptr) {
      if (const auto found = rules_.map->find(text, at)) {
        append(found->replacement);
        return found->size;
      }
    }
    const std::size_t size = utf8_at(text, at).size;
    append(text.substr(at, size));
    return size;
  }

  void append(std::string_view letters) {
    while (after_blank_ && letters.starts_with(' ')) letters.remove_prefix(1);
    for (const char c : letters) {
      if (c == ' ') {
        out_ += kSpaceMark;
      } else {
        out_ += c;
      }
    }
    if (!letters.empty()) after_blank_ = rules_.remove_extra && letters.ends_with(' ');
  }

  const SentencePieceRules& rules_;
  std::string out_;
  bool after_blank_ = false;
};

}  // namespace

TextStep in_order(std::vector<TextStep> steps) {
  return [steps = std::move(steps)](std::string_view text, bool first) {
    std::string out(text);
    for (const TextStep& step : steps) out = step(out, first);
    return out;
  };
}

TextStep to_normal_form(NormalForm form) {
  return [form](std::string_view text, bool) { return normal_form(text, form); };
}

TextStep to_lower_case() {
  return [](std::string_view text, bool) { return lower_case(text); };
}

TextStep strip_accents() {
  return [](std::string_view text, bool) {
    return filtered(text, [](char32_t c) { return !is_mark(c); });
  };
}

TextStep strip_white_space(bool left, bool right) {
  return [=](std::string_view text, bool) { return std::string(stripped(text, left, right)); };
}

TextStep replace_matches(Pattern pattern, std::string content) {
  return [pattern = std::move(pattern), content = std::move(content)](std::string_view text, bool) {
    std::string out;
    std::size_t at = 0;
    for (const TextRange& r : pattern.matches(text)) {
      out += text.substr(at, r.begin - at);
      out += content;
      at = r.end;
      if (out.size() > kLargest) throw Error(Fault::resource, "a text grows beyond 1 GiB");
    }
    return out += text.substr(at);
  };
}

TextStep prepend(std::string prefix) {
  return [prefix = std::move(prefix)](std::string_view text, bool) {
    return text.empty() ? std::string() : prefix + std::string(text);
  };
}

TextStep map_characters(std::shared_ptr<const Charsmap> map) {
  return [map = std::move(map)](std::string_view text, bool) { return map->apply(text); };
}

TextStep clean_for_translation() {
  return [](std::string_view text, bool) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const Utf8Char c = utf8_at(text, at);
      const std::string_view letter = text.substr(at, c.size);
      at += c.size;
      const bool blank = c.value == '\t' || c.value == '\n' || c.value == '\f' || c.value == '\r' ||
                         c.value == 0x1680 || (c.value >= 0x200B && c.value <= 0x200F) ||
                         c.value == 0x2028 || c.value == 0x2029 || c.value == 0x2581 ||
                         c.value == 0xFEFF || c.value == 0xFFFD;
      const bool dropped = c.value < 0x20 || c.value == 0x7F || c.value == 0x8F || c.value == 0x9F;
      if (blank) {
        out += ' ';
      } else if (!dropped) {
        out += letter;
      }
    }
    return out;
  };
}

TextStep to_byte_letters() {
  return [](std::string_view text, bool) {
    std::string out;
    for (const char c : text) out += byte_letters()[static_cast<unsigned char>(c)];
    return out;
  };
}

TextStep bert_rules(BertRules rules) {
  return [rules](std::string_view text, bool) {
    std::string out = rules.clean || rules.ideographs ? cleaned(text, rules) : std::string(text);
    if (rules.strip_accents) {
      out = filtered(normal_form(out, NormalForm::nfd),
                     [](char32_t c) { return !is_nonspacing_mark(c); });
    }
    return rules.lower_case ? lower_case(out) : out;
  };
}

TextStep sentencepiece_rules(SentencePieceRules rules) {
  return [rules = std::move(rules)](std::string_view text, bool first) {
    return Blanks(rules).run(text, first);
  };
}

}  // namespace pare
