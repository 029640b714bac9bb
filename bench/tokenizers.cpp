// How fast text becomes tokens: MB of text a second, one thread, for a vocabulary learned from
// made-up text. Arguments of the environment: PARE_TOKENIZER (a tokenizer's file or folder) and
// PARE_TEXT (a text file) take real ones instead.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <map>

#include "base/file.hpp"
#include "base/rng.hpp"
#include "data/tokenizers/tokenizer.hpp"
#include "data/tokenizers/utf8.hpp"

namespace {

using pare::Tokenizer;
using pare::VocabularyData;

/// Words whose lengths and letters are about as uneven as those of a language.
std::string made_up_text(std::size_t bytes) {
  pare::Rng rng(7);
  std::vector<std::string> words;
  for (int i = 0; i < 5000; ++i) {
    std::string word;
    const std::uint64_t letters = 1 + rng.below(3) + rng.below(4) + rng.below(5);
    for (std::uint64_t k = 0; k < letters; ++k) {
      word += static_cast<char>('a' + std::min(rng.below(26), rng.below(26)));
    }
    words.push_back(std::move(word));
  }
  std::string text;
  while (text.size() < bytes) {
    const double u = static_cast<double>(rng.uniform());
    text += words[static_cast<std::size_t>(u * u * u * 4999)];
    text += rng.below(12) == 0 ? ".\n" : " ";
  }
  return text;
}

/// All beginnings and short parts of the words, by which every kind of vocabulary can be made.
std::map<std::string, int> parts_of(const std::string& text) {
  std::map<std::string, int> parts;
  std::string word;
  for (const char c : text.substr(0, 200'000)) {
    if (c >= 'a' && c <= 'z') {
      word += c;
      continue;
    }
    for (std::size_t n = 2; n <= word.size(); ++n) ++parts[word.substr(0, n)];
    word.clear();
  }
  std::erase_if(parts, [](const auto& p) { return p.second < 8; });
  return parts;
}

VocabularyData vocabulary(const char* model, const std::string& text) {
  VocabularyData d;
  d.model = model;
  const bool letters = d.model == "gpt2";
  const bool words = d.model == "bert";
  const auto add = [&d](const std::string& token, float score, int type) {
    d.tokens.push_back(token);
    d.scores.push_back(score);
    d.types.push_back(type);
  };
  if (words) add("[UNK]", 0, 2);
  for (unsigned b = 0; b < 256 && !words; ++b) {
    add(letters ? pare::byte_letters()[b] : pare::byte_token(static_cast<std::uint8_t>(b)), 0,
        letters ? 1 : 6);
  }
  for (char c = 'a'; c <= 'z' && !letters; ++c) add(std::string(1, c), -8, 1);
  for (const std::string& c : {std::string("."), std::string(pare::kSpaceMark)}) {
    if (!letters && !words) add(c, -6, 1);
  }
  if (words) {
    for (char c = 'a'; c <= 'z'; ++c) add(std::string(pare::kSpaceMark) + c, 0, 1);
    add(std::string(pare::kSpaceMark) + ".", 0, 1);
  }
  for (const auto& [part, count] : parts_of(text)) {
    if (letters) d.merges.push_back(part.substr(0, part.size() - 1) + " " + part.back());
    add(words ? std::string(pare::kSpaceMark) + part : part,
        -10 + 0.001F * static_cast<float>(count), 1);
  }
  d.pre = "llama-bpe";
  d.bos = d.eos = d.padding = d.separator = d.mask = -1;
  d.unknown = words ? 0 : -1;
  return d;
}

const std::string& text() {
  static const std::string all = [] {
    const char* file = std::getenv("PARE_TEXT");
    return file != nullptr ? pare::read_text(file, std::uint64_t{1} << 30)
                           : made_up_text(4'000'000);
  }();
  return all;
}

void encode(benchmark::State& state, const Tokenizer& tokenizer) {
  std::size_t tokens = 0;
  for (auto _ : state) {
    const auto ids = tokenizer.encode(text(), {.add_special = false});
    tokens = ids.size();
    benchmark::DoNotOptimize(ids.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text().size()));
  state.counters["bytes/token"] = static_cast<double>(text().size()) / static_cast<double>(tokens);
}

void decode(benchmark::State& state, const Tokenizer& tokenizer) {
  const auto ids = tokenizer.encode(text(), {.add_special = false});
  for (auto _ : state) {
    const std::string out = tokenizer.decode(ids);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text().size()));
}

Tokenizer tokenizer_for(const char* model) {
  return pare::make_tokenizer(vocabulary(model, text()));
}

void encode_made_up(benchmark::State& state, const char* model) {
  encode(state, tokenizer_for(model));
}
void decode_made_up(benchmark::State& state, const char* model) {
  decode(state, tokenizer_for(model));
}
void encode_given(benchmark::State& state) {
  const char* path = std::getenv("PARE_TOKENIZER");
  if (path == nullptr) {
    state.SkipWithError("PARE_TOKENIZER is not set");
    return;
  }
  encode(state, pare::open_tokenizer(path));
}

BENCHMARK_CAPTURE(encode_made_up, byte_level, "gpt2")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode_made_up, sentencepiece, "llama")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode_made_up, unigram, "t5")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode_made_up, wordpiece, "bert")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode_made_up, byte_level, "gpt2")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(decode_made_up, sentencepiece, "llama")->Unit(benchmark::kMillisecond);
BENCHMARK(encode_given)->Unit(benchmark::kMillisecond);

}  // namespace
