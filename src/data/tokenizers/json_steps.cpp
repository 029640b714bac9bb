// Normalizers, pre-tokenizers and decoders of a tokenizer.json. Source: huggingface/tokenizers.
#include <algorithm>

#include "base/text.hpp"
#include "data/tokenizers/json_reader.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

using Json = nlohmann::json;

std::string decode_base64(const std::string& text) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (c == '=') break;
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) throw Error(Fault::corrupt, "this is no base64");
    bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count);
    }
  }
  return out;
}

TextStep bert_normalizer(const JsonReader& r) {
  BertRules rules;
  rules.clean = r.flag("clean_text", true);
  rules.ideographs = r.flag("handle_chinese_chars", true);
  rules.lower_case = r.flag("lowercase", true);
  rules.strip_accents = r.flag("strip_accents", rules.lower_case);
  return bert_rules(rules);
}

Split split_of(const std::string& behavior) {
  if (behavior == "Removed") return Split::removed;
  if (behavior == "Isolated") return Split::isolated;
  if (behavior == "MergedWithPrevious") return Split::with_previous;
  if (behavior == "MergedWithNext") return Split::with_next;
  if (behavior == "Contiguous") return Split::contiguous;
  throw Error(Fault::corrupt, cat("the behavior '", escape_terminal(behavior, 60), "'"));
}

Prefix prefix_of(const JsonReader& r) {
  const std::string scheme =
      r.text("prepend_scheme", r.flag("add_prefix_space", true) ? "always" : "never");
  if (scheme == "always") return Prefix::always;
  if (scheme == "first") return Prefix::first;
  if (scheme == "never") return Prefix::never;
  throw Error(Fault::corrupt, cat("the prepend_scheme '", escape_terminal(scheme, 60), "'"));
}

void metaspace(const JsonReader& r, std::vector<PieceStep>& out) {
  const std::string mark = r.text("replacement", kSpaceMark);
  out.push_back(mark_spaces(mark, prefix_of(r)));
  if (r.flag("split", true)) out.push_back(split_at(Pattern::literal(mark), Split::with_next));
}

void byte_level(const JsonReader& r, std::vector<PieceStep>& out) {
  if (r.flag("add_prefix_space", true)) out.push_back(prefix_space());
  if (r.flag("use_regex", true)) out.push_back(split_at(Pattern(kGpt2Pattern), Split::isolated));
  out.push_back(byte_letters_step());
}

/// Whether a step works on the text of all tokens instead of on each one's.
void fused_decoder(const JsonReader& r, const std::string& type, DecodeRules& rules) {
  if (type == "Strip" && r.integer("stop", 0) == 0 && r.text("content") == " " &&
      rules.whole.empty()) {
    rules.strip_first += static_cast<std::size_t>(std::max<std::int64_t>(0, r.integer("start", 0)));
  } else if (type == "Strip") {
    const std::string content = r.text("content");
    const std::int64_t left = r.integer("start", 0);
    const std::int64_t right = r.integer("stop", 0);
    rules.whole.push_back([=](std::string_view text, bool) {
      for (std::int64_t i = 0; i < left && !content.empty() && text.starts_with(content); ++i) {
        text.remove_prefix(content.size());
      }
      for (std::int64_t i = 0; i < right && !content.empty() && text.ends_with(content); ++i) {
        text.remove_suffix(content.size());
      }
      return std::string(text);
    });
  } else if (type == "Replace") {
    rules.whole.push_back(replace_matches(r.pattern("pattern"), r.text("content")));
  } else if (type != "Fuse") {
    unknown_type("decoder behind Fuse", type);
  }
}

void add_decoder(const Json& j, DecodeRules& rules, bool& fused) {
  const JsonReader r(j);
  const std::string type = r.text("type");
  if (type == "Sequence") {
    for (const Json& part : r.list("decoders")) add_decoder(part, rules, fused);
    return;
  }
  if (fused) {
    fused_decoder(r, type, rules);
    return;
  }
  DecodeStep s{DecodeStep::Kind::byte_letters};
  if (type == "Fuse") {
    fused = true;
    return;
  }
  if (type == "ByteFallback") {
    s.kind = DecodeStep::Kind::byte_tokens;
  } else if (type == "Replace") {
    s.kind = DecodeStep::Kind::replace;
    s.pattern = r.pattern("pattern");
    s.content = r.text("content");
  } else if (type == "Strip") {
    s.kind = DecodeStep::Kind::strip;
    s.content = r.text("content");
    s.left = static_cast<std::size_t>(std::max<std::int64_t>(0, r.integer("start", 0)));
    s.right = static_cast<std::size_t>(std::max<std::int64_t>(0, r.integer("stop", 0)));
  } else if (type == "WordPiece") {
    s.kind = DecodeStep::Kind::word_pieces;
    s.content = r.text("prefix", "##");
    s.clean_up = r.flag("cleanup", true);
  } else if (type == "Metaspace") {
    s.kind = DecodeStep::Kind::space_marks;
    s.content = r.text("replacement", kSpaceMark);
    s.left = prefix_of(r) == Prefix::never ? 0 : 1;
  } else if (type == "BPEDecoder") {
    s.kind = DecodeStep::Kind::word_suffix;
    s.content = r.text("suffix", "</w>");
  } else if (type != "ByteLevel") {
    unknown_type("decoder", type);
  }
  rules.each.push_back(std::move(s));
}

TextStep normalizer_sequence(const Json& list) {
  std::vector<TextStep> steps;
  for (const Json& part : list) steps.push_back(json_normalizer(part));
  return in_order(std::move(steps));
}

TextStep precompiled(const JsonReader& r) {
  if (!r.has("precompiled_charsmap")) return in_order({});
  return map_characters(
      std::make_shared<const Charsmap>(decode_base64(r.text("precompiled_charsmap"))));
}

}  // namespace

void unknown_type(std::string_view what, std::string_view type) {
  throw Error(Fault::unsupported, cat("the ", what, " '", escape_terminal(type, 60), "'"));
}

TextStep json_normalizer(const Json& j) {
  const JsonReader r(j);
  const std::string type = r.text("type");
  if (type == "Sequence") return normalizer_sequence(r.list("normalizers"));
  if (type == "NFC") return to_normal_form(NormalForm::nfc);
  if (type == "NFD") return to_normal_form(NormalForm::nfd);
  if (type == "NFKC") return to_normal_form(NormalForm::nfkc);
  if (type == "NFKD") return to_normal_form(NormalForm::nfkd);
  if (type == "Lowercase") return to_lower_case();
  if (type == "StripAccents") return strip_accents();
  if (type == "Strip")
    return strip_white_space(r.flag("strip_left", true), r.flag("strip_right", true));
  if (type == "Replace") return replace_matches(r.pattern("pattern"), r.text("content"));
  if (type == "Prepend") return prepend(r.text("prepend"));
  if (type == "BertNormalizer") return bert_normalizer(r);
  if (type == "Nmt") return clean_for_translation();
  if (type == "ByteLevel") return to_byte_letters();
  if (type == "Precompiled") return precompiled(r);
  unknown_type("normalizer", type);
}

void json_splitters(const Json& j, std::vector<PieceStep>& out) {
  const JsonReader r(j);
  const std::string type = r.text("type");
  if (type == "Sequence") {
    for (const Json& part : r.list("pretokenizers")) json_splitters(part, out);
  } else if (type == "ByteLevel") {
    byte_level(r, out);
  } else if (type == "Metaspace") {
    metaspace(r, out);
  } else if (type == "Split") {
    out.push_back(
        split_at(r.pattern("pattern"), split_of(r.text("behavior")), r.flag("invert", false)));
  } else if (type == "Whitespace") {
    out.push_back(split_at_characters(is_white_space, Split::removed));
    out.push_back(split_at_characters(is_word_part, Split::contiguous));
  } else if (type == "WhitespaceSplit") {
    out.push_back(split_at_characters(is_white_space, Split::removed));
  } else if (type == "BertPreTokenizer") {
    out.push_back(split_at_characters(is_white_space, Split::removed));
    out.push_back(split_at_characters(is_punctuation, Split::isolated));
  } else if (type == "Punctuation") {
    out.push_back(split_at_characters(is_punctuation, split_of(r.text("behavior", "Isolated"))));
  } else if (type == "Digits") {
    out.push_back(split_at_characters(
        is_number, r.flag("individual_digits", false) ? Split::isolated : Split::contiguous));
  } else if (type == "CharDelimiterSplit") {
    out.push_back(split_at(Pattern::literal(r.text("delimiter")), Split::removed));
  } else {
    unknown_type("pre-tokenizer", type);
  }
}

DecodeRules json_decoder(const Json& j) {
  DecodeRules rules;
  if (j.is_null()) {
    // Tokens with blanks between them.
    rules.each.push_back({DecodeStep::Kind::word_pieces});
    return rules;
  }
  bool fused = false;
  add_decoder(j, rules, fused);
  return rules;
}

}  // namespace pare
