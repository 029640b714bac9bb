// Tokenizers from files: tokenizer.json, tokenizer.model, plain vocabularies, arrays of GGUF.
#include <gtest/gtest.h>

#include <bit>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temp_dir.hpp"
#include "data/tokenizers/tokenizer.hpp"
#include "data/tokenizers/utf8.hpp"
#include "media/expect.hpp"

namespace pare {
namespace {

using Ids = std::vector<TokenId>;
using Json = nlohmann::json;

std::string marks(std::string_view text) { return replace_all(text, "_", kSpaceMark); }

/// Llama's tokenizer as Hugging Face writes it, with a few tokens.
Json llama_json() {
  return Json::parse(R"({
    "added_tokens": [
      {"id": 0, "content": "<unk>", "special": true, "normalized": false},
      {"id": 1, "content": "<s>", "special": true, "normalized": false},
      {"id": 9, "content": "<tool>", "special": false, "normalized": false}],
    "normalizer": {"type": "Sequence", "normalizers": [
      {"type": "Prepend", "prepend": "_"},
      {"type": "Replace", "pattern": {"String": " "}, "content": "_"}]},
    "pre_tokenizer": null,
    "post_processor": {"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
      "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
    "decoder": {"type": "Sequence", "decoders": [
      {"type": "Replace", "pattern": {"String": "_"}, "content": " "},
      {"type": "ByteFallback"}, {"type": "Fuse"},
      {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
    "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
      "vocab": {"<unk>": 0, "<s>": 1, "_": 2, "a": 3, "b": 4, "_a": 5, "_ab": 6, "<0xC3>": 7, "<0xA9>": 8},
      "merges": ["_ a", ["_a", "b"]]}})");
}

TEST(TokenizerJson, LlamaRoundTrip) {
  const Tokenizer t = parse_tokenizer_json(llama_json().dump());
  EXPECT_EQ(t.kind(), "BPE");
  EXPECT_EQ(t.size(), 10);
  EXPECT_EQ(t.special().bos, 1);
  EXPECT_EQ(t.special().unknown, 0);
  EXPECT_EQ(t.encode("ab a\xC3\xA9"), (Ids{1, 6, 5, 7, 8}));
  EXPECT_EQ(t.encode("ab", {.add_special = false}), (Ids{6}));
  EXPECT_EQ(t.encode("b<s>a<tool>"), (Ids{1, 2, 4, 1, 5, 9}));
  EXPECT_EQ(t.encode("<tool>", {.add_special = false, .parse_special = false}), (Ids{9}));
  EXPECT_EQ(t.encode("<s>", {.add_special = false, .parse_special = false}), (Ids{2, 0}));
  EXPECT_EQ(t.encode(""), (Ids{1}));
  EXPECT_EQ(t.decode({1, 6, 5, 7, 8, 9}), "ab a\xC3\xA9<tool>");
  EXPECT_EQ(t.decode({1, 6}, {.special = true}), "<s> ab");
  EXPECT_EQ(t.decode({6, 7, 3}),
            "ab\xEF\xBF\xBD"
            "a");
  EXPECT_EQ(t.text(9), "<tool>");
  EXPECT_EQ(t.find("<tool>"), 9);
  EXPECT_EQ(t.find("zz"), -1);
  EXPECT_TRUE(t.is_special(1));
  EXPECT_FALSE(t.is_special(9));
  expect_fault(Fault::usage, [&] { static_cast<void>(t.decode({10})); });
  expect_fault(Fault::usage, [&] { static_cast<void>(t.decode({-1})); });
}

TEST(TokenizerJson, InvalidBytesCountAsReplacementCharacters) {
  const Tokenizer t = parse_tokenizer_json(llama_json().dump());
  EXPECT_EQ(t.encode("a\xFF\xFE", {.add_special = false}),
            t.encode("a\xEF\xBF\xBD\xEF\xBF\xBD", {.add_special = false}));
}

TEST(TokenizerJson, StreamsGiveWhatDecodeGives) {
  const Tokenizer t = parse_tokenizer_json(llama_json().dump());
  const Ids ids = {1, 2, 6, 7, 8, 7, 4, 8, 9, 5, 7};
  StreamDecoder stream(t);
  std::string out;
  for (const TokenId id : ids) {
    const std::string part = stream.push(id);
    EXPECT_EQ(whole_utf8(part), part.size());
    out += part;
  }
  out += stream.finish();
  EXPECT_EQ(out, t.decode(ids));
  EXPECT_EQ(stream.push(5), "a");  // a new text
}

TEST(TokenizerJson, ByteLevel) {
  Json j = llama_json();
  j["normalizer"] = nullptr;
  j["pre_tokenizer"] = {{"type", "ByteLevel"}, {"add_prefix_space", false}};
  j["decoder"] = {{"type", "ByteLevel"}};
  j["post_processor"] = {
      {"type", "Sequence"},
      {"processors",
       {{{"type", "ByteLevel"}},
        {{"type", "RobertaProcessing"}, {"cls", {"<s>", 1}}, {"sep", {"<s>", 1}}}}}};
  j["model"] = {
      {"vocab",
       {{"a", 0}, {"<s>", 1}, {"\xC4\xA0", 2}, {"\u0120a", 3}, {"\xC3\x83", 4}, {"\xC2\xA9", 5}}},
      {"merges", {"\xC4\xA0 a"}}};
  j["added_tokens"].erase(0);
  const Tokenizer t = parse_tokenizer_json(j.dump());
  EXPECT_EQ(t.kind(), "byte-level BPE");
  EXPECT_EQ(t.encode("a a\xC3\xA9"), (Ids{1, 0, 3, 4, 5, 1}));
  EXPECT_EQ(t.decode({0, 3, 4, 5}), "a a\xC3\xA9");
  EXPECT_EQ(t.special().eos, 1);
}

TEST(TokenizerJson, UnigramAndMetaspace) {
  Json j = llama_json();
  j["normalizer"] = {{"type", "NFKC"}};
  j["pre_tokenizer"] = {{"type", "Metaspace"}, {"replacement", "_"}, {"prepend_scheme", "always"}};
  j["decoder"] = {{"type", "Metaspace"}, {"replacement", "_"}};
  j["model"] = Json::parse(R"({"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["<s>", 0],
    ["_", -3], ["_a", -1], ["b", -2], ["fi", -2]]})");
  const Tokenizer t = parse_tokenizer_json(j.dump());
  EXPECT_EQ(t.kind(), "unigram");
  EXPECT_EQ(t.encode("ab \xEF\xAC\x81zz"), (Ids{1, 3, 4, 2, 5, 0}));
  EXPECT_EQ(t.decode({1, 3, 4, 2, 5}), "ab fi");
}

TEST(TokenizerJson, WordPieceAndWordLevel) {
  Json j = llama_json();
  j["added_tokens"] = Json::array();
  j["normalizer"] = {{"type", "BertNormalizer"}};
  j["pre_tokenizer"] = {{"type", "BertPreTokenizer"}};
  j["decoder"] = {{"type", "WordPiece"}};
  j["post_processor"] = {{"type", "BertProcessing"}, {"cls", {"[CLS]", 1}}, {"sep", {"[SEP]", 2}}};
  j["model"] = {
      {"type", "WordPiece"},
      {"unk_token", "[UNK]"},
      {"vocab", {{"[UNK]", 0}, {"[CLS]", 1}, {"[SEP]", 2}, {"un", 3}, {"##do", 4}, {".", 5}}}};
  const Tokenizer t = parse_tokenizer_json(j.dump());
  EXPECT_EQ(t.encode("Undo. x"), (Ids{1, 3, 4, 5, 0, 2}));
  EXPECT_EQ(t.decode({3, 4, 5}), "undo.");
  j["model"]["type"] = "WordLevel";
  j["decoder"] = nullptr;
  const Tokenizer w = parse_tokenizer_json(j.dump());
  EXPECT_EQ(w.encode("un do."), (Ids{1, 3, 0, 5, 2}));
  EXPECT_EQ(w.decode({3, 5}), "un .");
}

TEST(TokenizerJson, EveryStepHasAName) {
  Json j = llama_json();
  j["normalizer"] = Json::parse(R"({"type": "Sequence", "normalizers": [
    {"type": "NFC"}, {"type": "NFD"}, {"type": "NFKD"}, {"type": "Lowercase"}, {"type": "StripAccents"},
    {"type": "Strip", "strip_left": true, "strip_right": true}, {"type": "Nmt"},
    {"type": "Replace", "pattern": {"Regex": "[0-9]+"}, "content": "b"},
    {"type": "Precompiled", "precompiled_charsmap": null}]})");
  j["pre_tokenizer"] = Json::parse(R"({"type": "Sequence", "pretokenizers": [
    {"type": "Whitespace"}, {"type": "WhitespaceSplit"}, {"type": "Digits", "individual_digits": true},
    {"type": "Digits"}, {"type": "Punctuation"}, {"type": "Punctuation", "behavior": "Contiguous"},
    {"type": "CharDelimiterSplit", "delimiter": "-"},
    {"type": "Split", "pattern": {"Regex": "a"}, "behavior": "MergedWithPrevious", "invert": false},
    {"type": "Split", "pattern": {"String": "q"}, "behavior": "MergedWithNext"},
    {"type": "Metaspace", "add_prefix_space": false}, {"type": "Metaspace", "prepend_scheme": "never"}]})");
  EXPECT_EQ(parse_tokenizer_json(j.dump()).encode(" \xC3\x84"
                                                  "B-12",
                                                  {.add_special = false}),
            (Ids{3, 4, 4}));
  j["normalizer"] = {{"type", "ByteLevel"}};
  j["decoder"] = Json::parse(R"({"type": "Sequence", "decoders": [
    {"type": "BPEDecoder"}, {"type": "Strip", "content": "x", "start": 1, "stop": 1}, {"type": "Fuse"},
    {"type": "Replace", "pattern": {"String": "ab"}, "content": "c"},
    {"type": "Strip", "content": "b", "start": 1, "stop": 1}]})");
  const Tokenizer t = parse_tokenizer_json(j.dump());
  EXPECT_EQ(t.decode({4, 3, 4, 4}), "c");
  EXPECT_EQ(t.encode("a a", {.add_special = false}), (Ids{3, 0, 3}));
}

TEST(TokenizerJson, UnknownStepsAreNamed) {
  for (const char* part : {"normalizer", "pre_tokenizer", "decoder", "post_processor", "model"}) {
    Json j = llama_json();
    j[part] = {{"type", "Frobnicate"}, {"vocab", Json::object()}};
    const std::string said =
        expect_fault(Fault::unsupported, [&] { parse_tokenizer_json(j.dump()); });
    EXPECT_NE(said.find("Frobnicate"), std::string::npos);
    EXPECT_NE(said.find(std::string("reading '") + part + "'"), std::string::npos);
  }
  Json j = llama_json();
  j["model"]["dropout"] = 0.1;
  expect_fault(Fault::unsupported, [&] { parse_tokenizer_json(j.dump()); });
  j["model"]["dropout"] = 0.0;
  parse_tokenizer_json(j.dump());
}

TEST(TokenizerJson, ContradictionsAreCorrupt) {
  const auto corrupt = [](const auto& change) {
    Json j = llama_json();
    change(j);
    return expect_fault(Fault::corrupt, [&] { parse_tokenizer_json(j.dump()); });
  };
  corrupt([](Json& j) { j = Json::array(); });
  corrupt([](Json& j) { j.erase("model"); });
  corrupt([](Json& j) { j["model"] = 1; });
  corrupt([](Json& j) { j["model"]["vocab"] = 1; });
  EXPECT_NE(corrupt([](Json& j) { j["model"]["vocab"]["x"] = 3; }).find("number 3"),
            std::string::npos);
  corrupt([](Json& j) { j["model"]["vocab"]["x"] = -3; });
  corrupt([](Json& j) { j["model"]["vocab"]["x"] = 5'000'000; });
  corrupt([](Json& j) { j["model"]["vocab"]["x"] = 1.5; });
  corrupt([](Json& j) { j["model"]["vocab"]["x"] = 0xFFFFFFFFFFFFFFFFU; });
  corrupt([](Json& j) { j["model"]["merges"][0] = "_a"; });
  corrupt([](Json& j) { j["model"]["merges"][0] = 1; });
  corrupt([](Json& j) { j["model"]["merges"] = 1; });
  EXPECT_NE(corrupt([](Json& j) { j["model"]["merges"][1] = "b b"; }).find("reading merge 1"),
            std::string::npos);
  corrupt([](Json& j) { j["added_tokens"][0]["id"] = -1; });
  corrupt([](Json& j) { j["added_tokens"][0]["id"] = 3'000'000; });
  corrupt([](Json& j) { j["added_tokens"][0]["content"] = ""; });
  corrupt([](Json& j) { j["added_tokens"][0]["special"] = 3; });
  corrupt([](Json& j) {
    j["added_tokens"] = {{{"id", 1}, {"content", "x"}}, {{"id", 2}, {"content", "x"}}};
  });
  corrupt([](Json& j) { j["post_processor"]["special_tokens"]["<s>"]["ids"][0] = 77; });
  corrupt([](Json& j) { j["post_processor"]["special_tokens"] = Json::object(); });
  corrupt([](Json& j) { j["normalizer"]["normalizers"][1]["pattern"] = {{"Regex", "("}}; });
  corrupt([](Json& j) {
    j["normalizer"] = {{"type", "Precompiled"}, {"precompiled_charsmap", "!!"}};
  });
  corrupt([](Json& j) {
    j["pre_tokenizer"] = {{"type", "Split"}, {"pattern", {{"String", "a"}}}, {"behavior", "x"}};
  });
  corrupt([](Json& j) { j["pre_tokenizer"] = {{"type", "Metaspace"}, {"prepend_scheme", "x"}}; });
  corrupt([](Json& j) {
    j["model"] = {{"type", "Unigram"}, {"unk_id", 5}, {"vocab", Json::parse(R"([["a", 0]])")}};
  });
  corrupt([](Json& j) {
    j["model"] = {{"type", "Unigram"}, {"vocab", Json::parse(R"([["a"]])")}};
  });
  corrupt([](Json& j) {
    j["model"] = {{"type", "WordPiece"}, {"unk_token", "x"}, {"vocab", {{"a", 0}}}};
  });
  expect_fault(Fault::corrupt, [] { parse_tokenizer_json("{\"a\": 1"); });
  EXPECT_NE(expect_fault(Fault::corrupt, [] { parse_tokenizer_json(R"({"a": 1, "a": 2})"); })
                .find("twice"),
            std::string::npos);
  expect_fault(Fault::corrupt, [] { parse_tokenizer_json(std::string(200'000, '[')); });
}

TEST(TokenizerJson, SurvivesEveryPrefixAndFlippedBits) {
  expect_robust(
      llama_json().dump(),
      [](auto bytes) {
        const Tokenizer t = parse_tokenizer_json(
            {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()});
        static_cast<void>(t.decode(t.encode("ab a\xC3\xA9<s>")));
      },
      3);
}

// What protobuf writes, by hand.
std::string varint(std::uint64_t v) {
  std::string out;
  for (; v >= 0x80; v >>= 7U) out += static_cast<char>(v | 0x80U);
  return out + static_cast<char>(v);
}
std::string field(unsigned number, const std::string& bytes) {
  return varint(number << 3U | 2U) + varint(bytes.size()) + bytes;
}
std::string field(unsigned number, std::uint64_t value) {
  return varint(number << 3U) + varint(value);
}
std::string piece(const std::string& text, float score, std::uint64_t kind = 1) {
  const auto bits = std::bit_cast<std::uint32_t>(score);
  std::string real = varint(2U << 3U | 5U);
  for (unsigned i = 0; i < 4; ++i) real += static_cast<char>(bits >> (8 * i));
  return field(1, field(1, marks(text)) + real + (kind == 1 ? "" : field(3, kind)));
}
std::string pieces() {
  return piece("<unk>", 0, 2) + piece("<s>", 0, 3) + piece("</s>", 0, 3) + piece("_", -1) +
         piece("a", -2) + piece("b", -3) + piece("_a", -4) + piece("_ab", -5) + piece("<x>", 0, 4);
}

TEST(SentencePiece, Bpe) {
  const Tokenizer t = parse_sentencepiece(pieces() + field(2, field(3, 2)));
  EXPECT_EQ(t.kind(), "SentencePiece BPE");
  EXPECT_EQ(t.special().bos, 1);
  EXPECT_EQ(t.special().eos, 2);
  EXPECT_EQ(t.special().padding, -1);
  EXPECT_EQ(t.encode("  ab   a"), (Ids{1, 7, 6}));
  EXPECT_EQ(t.encode("zz<x>"), (Ids{1, 3, 0, 8}));
  EXPECT_EQ(t.encode("</s>ab"), (Ids{1, 2, 4, 5}));
  EXPECT_EQ(t.decode({1, 7, 6, 8, 2}), "ab a<x>");
  EXPECT_EQ(parse_sentencepiece(pieces() + field(2, field(3, 2)), true).encode("</s>ab"),
            (Ids{1, 2, 7}));
}

TEST(SentencePiece, UnigramAndRules) {
  const Tokenizer t = parse_sentencepiece(
      pieces() + field(2, field(3, 1) + field(41, ~std::uint64_t{0})) +
      field(3, field(1, "identity") + field(3, std::uint64_t{0}) + field(4, std::uint64_t{0})) +
      field(4, "skipped"));
  EXPECT_EQ(t.kind(), "unigram");
  EXPECT_EQ(t.special().bos, -1);
  EXPECT_EQ(t.encode("a  ab"), (Ids{4, 3, 7, 2}));
  EXPECT_EQ(t.decode({3, 4, 2}), " a");
  const Tokenizer suffix = parse_sentencepiece(pieces() + field(2, field(3, 2) + field(24, 1)));
  EXPECT_EQ(suffix.encode("a"), (Ids{1, 4, 3}));
}

TEST(SentencePiece, ByteFallback) {
  const Tokenizer t = parse_sentencepiece(pieces() + piece("<0xC3>", 0, 6) + piece("<0xA9>", 0, 6) +
                                          field(2, field(3, 2) + field(35, 1)));
  EXPECT_EQ(t.encode("a\xC3\xA9"), (Ids{1, 6, 9, 10}));
  EXPECT_EQ(t.decode({6, 9, 10}), "a\xC3\xA9");
}

TEST(SentencePiece, BrokenFilesAreCorrupt) {
  for (const std::string& bad :
       {std::string(), std::string("\x0a"), std::string("\x0a\x7f"), std::string("\x0b\x00", 2),
        std::string("\x00", 1), std::string(11, '\xff'), piece("a", 0, 7), piece("a", 0, 0),
        piece("a", 0) + piece("a", 0),
        piece("a", std::bit_cast<float>(0x7FC00000)) + field(2, field(3, 2))}) {
    expect_fault(Fault::corrupt, [&] { parse_sentencepiece(bad); });
  }
  expect_fault(Fault::unsupported, [] { parse_sentencepiece(pieces() + field(2, field(3, 3))); });
  expect_fault(Fault::unsupported,
               [] { parse_sentencepiece(pieces() + field(3, field(5, std::uint64_t{0}))); });
  EXPECT_NE(expect_fault(Fault::corrupt, [] { parse_sentencepiece(pieces() + "\x12\x09"); })
                .find("want 9 bytes"),
            std::string::npos);
  expect_robust(pieces() + field(2, field(3, 2)), [](auto bytes) {
    const Tokenizer t = parse_sentencepiece(
        {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()});
    static_cast<void>(t.decode(t.encode("ab a\xC3\xA9<s>")));
  });
}

TEST(PlainFiles, Bert) {
  const std::string text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\r\nun\n##do\n.\nU\n";
  const Tokenizer t = parse_bert_vocabulary(text);
  EXPECT_EQ(t.encode("Undo [MASK]."), (Ids{2, 5, 6, 4, 7, 3}));
  EXPECT_EQ(t.special().mask, 4);
  EXPECT_EQ(parse_bert_vocabulary(text, false).encode("Undo U"), (Ids{2, 1, 8, 3}));
  expect_fault(Fault::corrupt, [] { parse_bert_vocabulary("a\nb\n"); });
  EXPECT_NE(
      expect_fault(Fault::corrupt, [] { parse_bert_vocabulary("[UNK]\na\na\n"); }).find("line 3"),
      std::string::npos);
}

TEST(PlainFiles, Gpt2) {
  const std::string vocabulary =
      R"({"a": 0, "b": 1, "ab": 2, "\u0120": 3, "\u0120ab": 4, "<|endoftext|>": 5})";
  const std::string merges = "#version: 0.2\na b\n\xC4\xA0 ab\n";
  const Tokenizer t = parse_gpt2_files(vocabulary, merges);
  EXPECT_EQ(t.encode("ab ab<|endoftext|>"), (Ids{2, 4, 5}));
  EXPECT_EQ(t.decode({2, 4, 5}), "ab ab");
  expect_fault(Fault::corrupt, [&] { parse_gpt2_files(vocabulary, "a b\nab\n"); });
  expect_fault(Fault::corrupt, [&] { parse_gpt2_files("[]", merges); });
  expect_fault(Fault::corrupt, [&] { parse_gpt2_files(R"({"a": "b"})", merges); });
}

VocabularyData gguf(const char* model) {
  VocabularyData d;
  d.model = model;
  d.tokens = {"<unk>", "<s>", "</s>", marks("_"), "a", "b", marks("_a"), "<0x7A>", "<x>"};
  d.types = {2, 3, 3, 1, 1, 1, 1, 6, 4};
  d.scores = {0, 0, 0, -1, -2, -3, -4, 0, 0};
  return d;
}

TEST(GgufArrays, Llama) {
  VocabularyData d = gguf("llama");
  d.chat_template = "{{ x }}";
  const Tokenizer t = make_tokenizer(d);
  EXPECT_EQ(t.encode("a  az"), (Ids{1, 6, 3, 6, 7}));
  EXPECT_EQ(t.encode("a</s>a"), (Ids{1, 6, 2, 6}));  // a blank behind special tokens, too
  EXPECT_EQ(t.encode("b<x>"), (Ids{1, 3, 5, 8}));
  EXPECT_EQ(t.decode({1, 6, 7}), "az");
  EXPECT_EQ(t.chat_template(), "{{ x }}");
  d.add_bos = false;
  d.add_eos = true;
  d.add_space_prefix = false;
  EXPECT_EQ(make_tokenizer(d).encode("a"), (Ids{4, 2}));
}

TEST(GgufArrays, T5) {
  VocabularyData d = gguf("t5");
  d.unknown = 0;
  d.eos = 2;
  d.remove_extra_whitespaces = true;
  d.scores[6] = -2.5F;
  EXPECT_EQ(make_tokenizer(d).encode(" a  a "), (Ids{6, 6, 2}));
}

TEST(GgufArrays, Gpt2) {
  VocabularyData d;
  d.model = "gpt2";
  d.pre = "llama-bpe";
  d.tokens = {"a", "b", "ab", "\xC4\xA0", "\u0120ab", "<|begin|>", "<u>", "ba"};
  d.types = {1, 1, 1, 1, 1, 3, 4, 1};
  d.merges = {"a b", "\xC4\xA0 ab"};
  d.bos = 5;
  d.eos = 0xFFFFFFFF;
  const Tokenizer t = make_tokenizer(d);
  EXPECT_EQ(t.encode("ab ab<u>ba"),
            (Ids{5, 2, 4, 6, 7}));  // "ba" is whole, though nothing merges to it
  EXPECT_EQ(t.special().eos, -1);
  EXPECT_EQ(t.decode({2, 4, 6}), "ab ab<u>");
  d.pre = "gpt-2";
  EXPECT_EQ(make_tokenizer(d).encode("ba"), (Ids{1, 0}));
  d.merges = {"ab"};
  expect_fault(Fault::corrupt, [&] { make_tokenizer(d); });
  d.pre = "nonsense";
  expect_fault(Fault::unsupported, [&] { make_tokenizer(d); });
}

TEST(GgufArrays, Bert) {
  VocabularyData d;
  d.model = "bert";
  d.tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", marks("_un"), "do", marks("_."), marks("_[")};
  d.types = {3, 3, 3, 3, 1, 1, 1, 1};
  const Tokenizer t = make_tokenizer(d);
  EXPECT_EQ(t.encode("Undo. ["), (Ids{2, 4, 5, 6, 7, 3}));
  EXPECT_EQ(t.decode({2, 4, 5, 6, 3}), "undo.");
}

TEST(GgufArrays, ContradictionsAreCorrupt) {
  const auto corrupt = [](const auto& change) {
    VocabularyData d = gguf("llama");
    change(d);
    expect_fault(Fault::corrupt, [&] { make_tokenizer(d); });
  };
  corrupt([](auto& d) { d.tokens.clear(); });
  corrupt([](auto& d) { d.types.pop_back(); });
  corrupt([](auto& d) { d.scores.pop_back(); });
  corrupt([](auto& d) { d.scores.clear(); });
  corrupt([](auto& d) { d.types[3] = 0; });
  corrupt([](auto& d) { d.types[3] = 7; });
  corrupt([](auto& d) { d.tokens[4] = "b"; });
  corrupt([](auto& d) { d.bos = 9; });
  corrupt([](auto& d) { d.eos = -2; });
  corrupt([](auto& d) { d.precompiled_charsmap = "x"; });
  VocabularyData d = gguf("rwkv");
  expect_fault(Fault::unsupported, [&] { make_tokenizer(d); });
}

class OpenTokenizer : public testing::Test {
 protected:
  void put(const std::string& name, const std::string& text) const {
    write_text(dir_.path() / name, text, true);
  }
  TempDir dir_;
};

TEST_F(OpenTokenizer, FindsWhatAFolderHas) {
  EXPECT_NE(expect_fault(Fault::usage, [&] { open_tokenizer(dir_.path()); }).find("tokenizer.json"),
            std::string::npos);
  expect_fault(Fault::missing, [&] { open_tokenizer(dir_.path() / "none"); });
  put("vocab.txt", "[UNK]\na\n");
  EXPECT_EQ(open_tokenizer(dir_.path()).kind(), "WordPiece");
  put("vocab.json", R"({"a": 0})");
  expect_fault(Fault::missing, [&] { open_tokenizer(dir_.path()); });
  put("merges.txt", "#version: 0.2\n");
  EXPECT_EQ(open_tokenizer(dir_.path()).kind(), "byte-level BPE");
  expect_fault(Fault::usage, [&] { open_tokenizer(dir_.path() / "merges.txt"); });
  put("tokenizer.model", pieces() + field(2, field(3, 2)));
  EXPECT_EQ(open_tokenizer(dir_.path()).kind(), "SentencePiece BPE");
  put("tokenizer.json", llama_json().dump());
  EXPECT_EQ(open_tokenizer(dir_.path()).kind(), "BPE");
  put("x.gguf", "GGUF\3");
  expect_fault(Fault::unsupported, [&] { open_tokenizer(dir_.path() / "x.gguf"); });
}

TEST_F(OpenTokenizer, ConfigurationCounts) {
  put("tokenizer.model", pieces() + field(2, field(3, 2)));
  put("tokenizer_config.json",
      R"({"bos_token": "<s>", "eos_token": {"content": "</s>"}, "pad_token": null,
    "add_bos_token": false, "add_eos_token": true, "legacy": false, "chat_template": "{{ 1 }}",
    "added_tokens_decoder": {"9": {"content": "<|end|>", "special": true}, "1": {"content": "<s>"}}})");
  const Tokenizer t = open_tokenizer(dir_.path());
  EXPECT_EQ(t.encode("a<|end|>a"), (Ids{6, 9, 4, 2}));
  EXPECT_EQ(t.chat_template(), "{{ 1 }}");
  EXPECT_EQ(t.size(), 10);
  put("tokenizer_config.json", R"({"add_bos_token": true, "add_eos_token": false,
    "chat_template": [{"name": "tool", "template": "a"}, {"name": "default", "template": "b"}]})");
  const Tokenizer legacy = open_tokenizer(dir_.path());
  EXPECT_EQ(legacy.encode("a</s>a"), (Ids{1, 6, 2, 6}));
  EXPECT_EQ(legacy.chat_template(), "b");
  put("chat_template.jinja", "c");
  EXPECT_EQ(open_tokenizer(dir_.path()).chat_template(), "c");
  for (const char* bad :
       {"[]", "{", R"({"bos_token": 3})", R"({"chat_template": 3})",
        R"({"added_tokens_decoder": {"x": {"content": "a"}}})", R"({"added_tokens_decoder": []})",
        R"({"added_tokens_decoder": {"99999999": {"content": "a"}}})"}) {
    put("tokenizer_config.json", bad);
    EXPECT_NE(expect_fault(Fault::corrupt, [&] { open_tokenizer(dir_.path()); }).find("tokenizer"),
              std::string::npos);
  }
}

TEST_F(OpenTokenizer, BertsCaseIsConfigured) {
  put("vocab.txt", "[UNK]\na\nA\n");
  put("tokenizer_config.json", R"({"do_lower_case": false})");
  EXPECT_EQ(open_tokenizer(dir_.path()).encode("A"), (Ids{2}));
}

}  // namespace
}  // namespace pare
