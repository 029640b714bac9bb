// Tokenizers of real models against numbers that other software wrote.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/cursor.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "data/tokenizers/tokenizer.hpp"
#include "shared/shared.hpp"

namespace pare::shared {
namespace {

using Ids = std::vector<TokenId>;

/// What these tests need of a GGUF file's key-value pairs; written for them, so that they share
/// nothing with the reader of the program. Source: ggml's specification, version 3.
class GgufKeys {
 public:
  explicit GgufKeys(std::span<const std::byte> bytes) : in_(bytes) {
    EXPECT_EQ(in_.text(4), "GGUF");
    EXPECT_GE(in_.read<std::uint32_t>(), 2U);
    in_.read<std::uint64_t>();  // tensors
    const auto keys = in_.read<std::uint64_t>();
    for (std::uint64_t i = 0; i < keys; ++i) {
      const std::string key = text();
      read(key, in_.read<std::uint32_t>());
    }
  }

  std::map<std::string, std::int64_t> integers;
  std::map<std::string, std::string> texts;
  std::map<std::string, std::vector<std::string>> text_lists;
  std::map<std::string, std::vector<double>> number_lists;

 private:
  enum Type { u8, i8, u16, i16, u32, i32, f32, boolean, string, array, u64, i64, f64 };

  std::string text() { return in_.text(in_.read<std::uint64_t>()); }

  double number(std::uint32_t type) {
    switch (type) {
      case u8: return in_.read<std::uint8_t>();
      case i8: return in_.read<std::int8_t>();
      case u16: return in_.read<std::uint16_t>();
      case i16: return in_.read<std::int16_t>();
      case u32: return in_.read<std::uint32_t>();
      case i32: return in_.read<std::int32_t>();
      case f32: return static_cast<double>(in_.read<float>());
      case boolean: return in_.read<std::uint8_t>();
      case u64: return static_cast<double>(in_.read<std::uint64_t>());
      case i64: return static_cast<double>(in_.read<std::int64_t>());
      case f64: return in_.read<double>();
      default: ADD_FAILURE() << "type " << type; return 0;
    }
  }

  void read(const std::string& key, std::uint32_t type) {
    if (type == string) {
      texts[key] = text();
    } else if (type != array) {
      integers[key] = static_cast<std::int64_t>(number(type));
    } else {
      const auto element = in_.read<std::uint32_t>();
      const auto count = in_.read<std::uint64_t>();
      for (std::uint64_t i = 0; i < count; ++i) {
        if (element == string) {
          text_lists[key].push_back(text());
        } else {
          number_lists[key].push_back(number(element));
        }
      }
    }
  }

  Cursor in_;
};

Tokenizer from_gguf(const std::string& file) {
  const auto mapped = MappedFile::open(at(file));
  GgufKeys keys(mapped->bytes());
  const std::string base = "tokenizer.ggml.";
  VocabularyData d;
  d.model = keys.texts[base + "model"];
  d.pre = keys.texts[base + "pre"];
  d.tokens = keys.text_lists[base + "tokens"];
  for (const double s : keys.number_lists[base + "scores"]) {
    d.scores.push_back(static_cast<float>(s));
  }
  for (const double t : keys.number_lists[base + "token_type"]) {
    d.types.push_back(static_cast<std::int32_t>(t));
  }
  d.merges = keys.text_lists[base + "merges"];
  const auto integer = [&](const char* name) -> std::optional<std::int64_t> {
    const auto found = keys.integers.find(base + name);
    if (found == keys.integers.end()) return std::nullopt;
    return found->second;
  };
  d.bos = integer("bos_token_id");
  d.eos = integer("eos_token_id");
  d.unknown = integer("unknown_token_id");
  d.padding = integer("padding_token_id");
  d.separator = integer("seperator_token_id");
  if (const auto v = integer("add_bos_token")) d.add_bos = *v != 0;
  if (const auto v = integer("add_eos_token")) d.add_eos = *v != 0;
  if (const auto v = integer("add_space_prefix")) d.add_space_prefix = *v != 0;
  return make_tokenizer(d);
}

struct Case {
  std::string text;
  Ids ids;
};

/// Texts between lines "__ggml_vocab_test__" and a line of numbers for each.
std::vector<Case> cases_of(const std::string& file) {
  std::string inputs = read_text(at(file + ".inp"), 1 << 20);
  const std::vector<std::string> outputs = split(read_text(at(file + ".out"), 1 << 20), '\n');
  const std::string mark = "\n__ggml_vocab_test__\n";
  std::vector<Case> cases;
  for (std::size_t i = 0;; ++i) {
    const std::size_t end = inputs.find(mark);
    if (end == std::string::npos) break;
    Case c{inputs.substr(0, end), {}};
    inputs.erase(0, end + mark.size());
    for (const std::string& word : split(outputs.at(i), ' ')) {
      if (!word.empty()) c.ids.push_back(static_cast<TokenId>(std::stol(word)));
    }
    cases.push_back(std::move(c));
  }
  EXPECT_GE(cases.size(), 40U);
  return cases;
}

class Vocabularies : public testing::TestWithParam<const char*> {};

TEST_P(Vocabularies, GiveTheNumbersOfLlamaCpp) {
  const std::string file = cat("tokenizers/ggml-vocab-", GetParam(), ".gguf");
  const Tokenizer t = from_gguf(file);
  for (const Case& c : cases_of(file)) {
    EXPECT_EQ(t.encode(c.text, {.add_special = false}), c.ids) << "'" << c.text << "'";
  }
}

INSTANTIATE_TEST_SUITE_P(Gguf, Vocabularies, testing::Values("llama-spm", "gpt-2", "bert-bge"),
                         [](const auto& vocabulary) {
                           std::string name = vocabulary.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Tokenizers, OfGgufDecodeWhatTheyEncode) {
  for (const char* name : {"llama-spm", "gpt-2"}) {
    const std::string file = cat("tokenizers/ggml-vocab-", name, ".gguf");
    const Tokenizer t = from_gguf(file);
    for (const Case& c : cases_of(file)) {
      EXPECT_EQ(t.decode(t.encode(c.text)), c.text) << name;
    }
  }
}

/// The files that Hugging Face's and OpenAI's programs read give what the GGUF files give.
TEST(Tokenizers, FilesOfOneModelAgree) {
  const Tokenizer gguf = from_gguf("tokenizers/ggml-vocab-gpt-2.gguf");
  const Tokenizer files = open_tokenizer(at("tokenizers/gpt2_vocab.json"));
  const Tokenizer json = open_tokenizer(at("tokenizers/bert-base-uncased"));
  const Tokenizer text = open_tokenizer(at("tokenizers/bert-base-uncased/vocab.txt"));
  const Tokenizer bge = from_gguf("tokenizers/ggml-vocab-bert-bge.gguf");
  const Tokenizer llama = open_tokenizer(at("models/llm/stories260K/hf"));
  const Tokenizer sentencepiece = open_tokenizer(at("models/llm/stories260K/tokenizer.model"));
  for (const Case& c : cases_of("tokenizers/ggml-vocab-gpt-2.gguf")) {
    EXPECT_EQ(files.encode(c.text, {.add_special = false}),
              gguf.encode(c.text, {.add_special = false}))
        << c.text;
    EXPECT_EQ(json.encode(c.text), text.encode(c.text)) << c.text;
    EXPECT_EQ(json.encode(c.text), bge.encode(c.text)) << c.text;
    const std::string trimmed(trim(c.text));
    EXPECT_EQ(llama.encode(trimmed), sentencepiece.encode(trimmed)) << c.text;
  }
}

TEST(Tokenizers, ContinuationsOfTheTrainedModelAreItsTexts) {
  const Tokenizer t = open_tokenizer(at("models/llm/llama6m"));
  const auto j = nlohmann::json::parse(read_text(at("models/llm/llama6m/reference.json"), 1 << 20));
  for (const auto& g : j.at("greedy")) {
    EXPECT_EQ(t.encode(g.at("prompt").get<std::string>()), g.at("prompt_ids").get<Ids>());
    EXPECT_EQ(t.decode(g.at("ids").get<Ids>()), g.at("text").get<std::string>());
  }
}

}  // namespace
}  // namespace pare::shared
