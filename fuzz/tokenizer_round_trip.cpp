// Any text to tokens and back: with a token for every byte nothing may be lost, and the parts that
// a stream gives out are the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/tokenizers/tokenizer.hpp"
#include "data/tokenizers/utf8.hpp"

namespace {

/// A byte-level vocabulary with every byte and a few merges, and SentencePiece's with byte
/// fallback.
pare::Tokenizer make(const char* model) {
  pare::VocabularyData d;
  d.model = model;
  d.pre = "llama-bpe";
  const bool letters = d.model == "gpt2";
  for (unsigned b = 0; b < 256; ++b) {
    d.tokens.push_back(letters ? pare::byte_letters()[b]
                               : pare::byte_token(static_cast<std::uint8_t>(b)));
    d.types.push_back(letters ? 1 : 6);
  }
  for (const char* t : {"aa", "ab", "aaa",
                        "\xC4\xA0"
                        "a",
                        "\xE2\x96\x81",
                        "\xE2\x96\x81"
                        "a",
                        "e", "c"}) {
    d.tokens.emplace_back(t);
    d.types.push_back(1);
  }
  if (letters) d.merges = {"a a", "a b", "aa a", "\xC4\xA0 a"};
  for (std::size_t i = 0; i < d.tokens.size(); ++i) d.scores.push_back(-static_cast<float>(i % 7));
  if (letters)
    d.tokens[260] = "zz", d.tokens[261] = "yy", d.tokens[262] = "xx", d.tokens[263] = "ww";
  d.bos = d.eos = d.unknown = -1;
  return pare::make_tokenizer(d);
}

void check(const pare::Tokenizer& t, std::string_view text) {
  const std::vector<pare::TokenId> ids = t.encode(text);
  pare::StreamDecoder stream(t);
  std::string out;
  for (const pare::TokenId id : ids) {
    const std::string part = stream.push(id);
    if (pare::whole_utf8(part) != part.size()) std::abort();
    out += part;
  }
  out += stream.finish();
  // SentencePiece writes blanks as marks, and cannot tell them apart then.
  const std::string wanted = pare::replace_all(pare::valid_utf8(text), pare::kSpaceMark, " ");
  if (pare::replace_all(out, pare::kSpaceMark, " ") != wanted || out != t.decode(ids)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const pare::Tokenizer byte_level = make("gpt2");
  static const pare::Tokenizer sentencepiece = make("llama");
  const auto bytes = std::as_bytes(std::span(data, size));
  const std::string_view text(static_cast<const char*>(static_cast<const void*>(bytes.data())),
                              bytes.size());
  try {
    check(byte_level, text);
    check(sentencepiece, text);
  } catch (const pare::Error&) {
    std::abort();
  }
  return 0;
}
