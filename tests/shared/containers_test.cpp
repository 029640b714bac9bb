#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/temporary_directory.hpp"
#include "formats/contents.hpp"
#include "formats/format.hpp"
#include "formats/gguf/file.hpp"
#include "formats/gguf/types.hpp"
#include "formats/gguf/writer.hpp"
#include "formats/safetensors/file.hpp"
#include "formats/safetensors/writer.hpp"
#include "formats/transcode.hpp"
#include "shared/shared.hpp"

namespace pare::shared {
namespace {

namespace fs = std::filesystem;

/// Files of weights and vocabularies that other programs wrote.
std::vector<std::string> files_of(const std::string& extension) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(data_root())) {
    if (entry.path().extension() == extension) found.push_back(entry.path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// The bytes of `a`, of which the last padding may be missing, begin those of `b`.
void expect_same_bytes(const fs::path& a, const fs::path& b, std::size_t most_padding) {
  const auto x = MappedFile::open(a);
  const auto y = MappedFile::open(b);
  ASSERT_LE(x->bytes().size(), y->bytes().size());
  EXPECT_LE(y->bytes().size() - x->bytes().size(), most_padding);
  EXPECT_TRUE(std::equal(x->bytes().begin(), x->bytes().end(), y->bytes().begin()));
}

TEST(Containers, GgufOfOthersIsWrittenAsItWas) {
  const auto files = files_of(".gguf");
  ASSERT_GE(files.size(), 5U);
  for (const std::string& path : files) {
    SCOPED_TRACE(path);
    const auto file = gguf::GgufFile::open(path);
    std::vector<PlannedTensor> plan;
    for (const StoredTensor& t : file->tensors()) plan.push_back({t.name, t.type, t.shape});
    const TemporaryDirectory folder;
    gguf::GgufWriter writer(folder.path() / "again.gguf", file->metadata(), plan);
    for (const StoredTensor& t : file->tensors()) writer.put(t.bytes);
    writer.commit();
    expect_same_bytes(path, folder.path() / "again.gguf", 31);
  }
}

TEST(Containers, SafetensorsOfOthersKeepNamesTypesAndBytes) {
  const auto files = files_of(".safetensors");
  ASSERT_GE(files.size(), 3U);
  for (const std::string& path : files) {
    SCOPED_TRACE(path);
    const auto file = safetensors::SafetensorsFile::open(path);
    std::vector<PlannedTensor> plan;
    for (const StoredTensor& t : file->tensors()) plan.push_back({t.name, t.type, t.shape});
    const TemporaryDirectory folder;
    const fs::path to = folder.path() / "again.safetensors";
    safetensors::SafetensorsWriter writer(to, file->metadata(), plan);
    for (const StoredTensor& t : file->tensors()) writer.put(t.bytes);
    writer.commit();
    const auto back = safetensors::SafetensorsFile::open(to);
    EXPECT_EQ(back->metadata(), file->metadata());
    ASSERT_EQ(back->tensors().size(), file->tensors().size());
    for (std::size_t i = 0; i < plan.size(); ++i) {
      const StoredTensor& a = file->tensors()[i];
      const StoredTensor& b = back->tensors()[i];
      EXPECT_EQ(a.name, b.name);
      EXPECT_EQ(a.type, b.type);
      EXPECT_EQ(a.shape, b.shape);
      EXPECT_TRUE(std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin(), b.bytes.end()));
    }
  }
}

// Another program rounded the same weights to float16.
TEST(Containers, Float32BecomesTheFloat16OfOthers) {
  const auto wide = gguf::GgufFile::open(at("models/llm/stories260K/stories260K-f32.gguf"));
  const auto half = gguf::GgufFile::open(at("models/llm/stories260K/stories260K-f16.gguf"));
  ASSERT_EQ(wide->tensors().size(), half->tensors().size());
  for (const StoredTensor& t : wide->tensors()) {
    const StoredTensor* want = half->find_tensor(t.name);
    ASSERT_NE(want, nullptr) << t.name;
    std::vector<std::byte> got;
    transcode(t, *want->type, [&](std::span<const std::byte> piece) {
      got.insert(got.end(), piece.begin(), piece.end());
    });
    EXPECT_TRUE(std::equal(got.begin(), got.end(), want->bytes.begin(), want->bytes.end()))
        << t.name;
  }
}

// The same model in both containers; rows of q and k are in another order there.
TEST(Containers, GgufAndSafetensorsHoldOneModel) {
  const auto a = gguf::GgufFile::open(at("models/llm/stories260K/stories260K-f32.gguf"));
  const auto b =
      safetensors::SafetensorsFile::open(at("models/llm/stories260K/hf/model.safetensors"));
  const std::pair<const char*, const char*> pairs[] = {
      {"token_embd.weight", "model.embed_tokens.weight"},
      {"output_norm.weight", "model.norm.weight"},
      {"blk.2.attn_v.weight", "model.layers.2.self_attn.v_proj.weight"},
      {"blk.4.ffn_down.weight", "model.layers.4.mlp.down_proj.weight"}};
  for (const auto& [x, y] : pairs) {
    ASSERT_NE(a->find_tensor(x), nullptr) << x;
    ASSERT_NE(b->find_tensor(y), nullptr) << y;
    EXPECT_TRUE(identical(a->load(*a->find_tensor(x)), b->load(*b->find_tensor(y)))) << x;
  }
}

TEST(Containers, VocabulariesAreWhole) {
  const auto spm = gguf::GgufFile::open(at("tokenizers/ggml-vocab-llama-spm.gguf"));
  const gguf::Value* tokens = spm->find("tokenizer.ggml.tokens");
  ASSERT_NE(tokens, nullptr);
  EXPECT_EQ(tokens->count(), 32000U);
  const std::vector<std::string> words = tokens->to_texts();
  EXPECT_EQ(words[0], "<unk>");
  EXPECT_EQ(words[1], "<s>");
  EXPECT_EQ(words[3], "<0x00>");
  EXPECT_EQ(spm->find("tokenizer.ggml.scores")->to_reals().size(), 32000U);
  const Contents c = list_contents(at("models/llm/llama6m"));
  EXPECT_EQ(c.architecture, "LlamaForCausalLM");
  std::uint64_t count = 0;
  for (const StoredTensor& t : c.tensors) count += checked_count(t.shape);
  EXPECT_EQ(count, 5770496U);  // its author says 5.77 million
}

}  // namespace
}  // namespace pare::shared
