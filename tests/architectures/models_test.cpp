// Graphs of language models against a decoder written from the papers.

#include <gtest/gtest.h>

#include "architectures/registry.hpp"
#include "architectures/toy_decoder.hpp"
#include "base/error.hpp"
#include "ir/execute.hpp"
#include "ir/infer.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

using toy::Decoder;
using toy::Made;
using toy::MadeCheckpoint;
using toy::make;
using toy::Matrix;
using toy::Sizes;
using toy::to_gguf;

/// Runs ids through the graph in pieces of `step` tokens, the past handed on.
Matrix run_graph(const Graph& graph, const Sizes& s, const std::vector<int>& ids,
                 std::size_t step) {
  Matrix logits;
  std::vector<Tensor> past(static_cast<std::size_t>(2 * s.layers),
                           Tensor(ElementKind::f32, {1, s.kv_heads, 0, s.head}));
  for (std::size_t at = 0; at < ids.size(); at += step) {
    const std::size_t n = std::min(step, ids.size() - at);
    Tensor in(ElementKind::i64, {1, static_cast<std::int64_t>(n)});
    for (std::size_t i = 0; i < n; ++i) in.mutable_data<std::int64_t>()[i] = ids[at + i];
    std::vector<Tensor> inputs = {in};
    inputs.insert(inputs.end(), past.begin(), past.end());
    std::vector<Tensor> out = interpret(graph, op_registry(), inputs);
    past.assign(out.begin() + 1, out.end());
    const std::vector<double> values = out[0].to_doubles();
    for (std::size_t i = 0; i < n; ++i) {
      const auto from = values.begin() + static_cast<std::ptrdiff_t>(i) * s.words;
      logits.emplace_back(from, from + s.words);
    }
  }
  return logits;
}

const std::vector<int> kIds = {3, 1, 16, 0, 7, 7, 2, 11, 5};

void expect_decodes(const Made& m, const Sizes& s, const Matrix& want,
                    Naming naming = Naming::hugging_face) {
  const auto graph = build_language_model(MadeCheckpoint(m, naming));
  for (const std::size_t step : {kIds.size(), std::size_t{4}, std::size_t{1}}) {
    const Matrix got = run_graph(*graph, s, kIds, step);
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t t = 0; t < want.size(); ++t) {
      for (std::size_t w = 0; w < want[t].size(); ++w) {
        ASSERT_NEAR(got[t][w], want[t][w], 2e-4) << "token " << t << ", word " << w;
      }
    }
  }
}

TEST(Architectures, LlamaDecodesAsThePaperSays) {
  for (const bool tied : {false, true}) {
    Sizes s;
    s.tied = tied;
    const Made m = make("llama", s);
    const Matrix want = Decoder(m, s).run(kIds);
    expect_decodes(m, s, want);
    expect_decodes(to_gguf(m, s, true), s, want, Naming::gguf);
  }
}

TEST(Architectures, LinearlyStretchedPositions) {
  const Sizes s;
  Made m = make("llama", s);
  m.texts["rope_scaling.rope_type"] = "linear";
  m.numbers["rope_scaling.factor"] = 4;
  Decoder decoder(m, s);
  decoder.stretch = [](double f) { return f / 4; };
  const Matrix want = decoder.run(kIds);
  expect_decodes(m, s, want);
  Made g = to_gguf(m, s, true);
  g.texts["rope.scaling.type"] = "linear";
  g.numbers["rope.scaling.factor"] = 4;
  expect_decodes(g, s, want, Naming::gguf);
}

/// The rule of Llama 3 with factors 8, 1 and 4 and an old length of 16, by wavelengths as
/// published.
double llama3(double f) {
  const double wavelength = 2 * 3.14159265358979323846 / f;
  if (wavelength < 16.0 / 4) return f;
  if (wavelength > 16.0 / 1) return f / 8;
  const double smooth = (16.0 / wavelength - 1) / (4 - 1);
  return (1 - smooth) * f / 8 + smooth * f;
}

TEST(Architectures, PositionsStretchedAsInLlama3) {
  const Sizes s;
  Made m = make("llama", s);
  m.texts = {{"rope_scaling.rope_type", "llama3"}};
  m.numbers["rope_scaling.factor"] = 8;
  m.numbers["rope_scaling.low_freq_factor"] = 1;
  m.numbers["rope_scaling.high_freq_factor"] = 4;
  m.numbers["rope_scaling.original_max_position_embeddings"] = 16;
  Decoder decoder(m, s);
  decoder.stretch = llama3;  // wavelengths 6.3 (between), 29 and 135 (slow)
  const Matrix want = decoder.run(kIds);
  expect_decodes(m, s, want);
  Made g = to_gguf(m, s, true);
  std::vector<float> divisors;
  for (int k = 0; k < 3; ++k) {
    const double f = std::pow(100.0, -2.0 * k / s.head);
    divisors.push_back(static_cast<float>(f / llama3(f)));
  }
  g.tensors["rope_freqs.weight"] = Tensor::of<float>({3}, divisors);
  expect_decodes(g, s, want, Naming::gguf);
}

TEST(Architectures, MistralSeesAWindow) {
  Sizes s;
  s.window = 2;
  Made m = make("mistral", s);
  m.numbers["sliding_window"] = 3;
  expect_decodes(m, s, Decoder(m, s).run(kIds));
}

TEST(Architectures, Qwen2HasBiasesAndPerhapsAWindowInUpperLayers) {
  Sizes s;
  s.bias = true;
  s.kv_heads = 3;
  Made m = make("qwen2", s);
  m.numbers["sliding_window"] = 3;  // not used
  const Matrix want = Decoder(m, s).run(kIds);
  expect_decodes(m, s, want);
  expect_decodes(to_gguf(m, s, false), s, want, Naming::gguf);
  m.flags["use_sliding_window"] = true;
  m.numbers["max_window_layers"] = 1;
  s.window = 2;
  s.full_layers = 1;
  expect_decodes(m, s, Decoder(m, s).run(kIds));
}

TEST(Architectures, Qwen3NormalisesHeads) {
  Sizes s;
  s.qk_norm = true;
  const Made m = make("qwen3", s);
  const Matrix want = Decoder(m, s).run(kIds);
  expect_decodes(m, s, want);
  expect_decodes(to_gguf(m, s, false), s, want, Naming::gguf);
}

TEST(Architectures, PackedWeightsStayAsTheyAre) {
  Sizes s;
  s.hidden = 32;
  s.intermediate = 64;
  s.head = 32;
  s.heads = 1;
  Made m = make("llama", s);
  Made rounded = m;
  for (auto& [name, t] : m.tensors) {
    if (t.rank() != 2) continue;
    const bool block = name.find("proj") != std::string::npos;
    t = t.cast(block ? dtype_by_name("q8_0") : dtype_of(ElementKind::f16));
    rounded.tensors[name] = t.cast(dtype_of(ElementKind::f32));
  }
  expect_decodes(m, s, Decoder(rounded, s).run(kIds));
  const auto graph = build_language_model(MadeCheckpoint(m, Naming::hugging_face));
  int packed = 0;
  for (const Node* n : graph->nodes()) packed += n->is("pare", "DequantizeBlocks") ? 1 : 0;
  EXPECT_EQ(packed, 14);
}

TEST(Architectures, InputsAndOutputsAreNamedAndTyped) {
  const auto graph =
      build_language_model(MadeCheckpoint(make("llama", Sizes()), Naming::hugging_face));
  infer_shapes(*graph, op_registry());
  ASSERT_EQ(graph->inputs().size(), 5U);
  EXPECT_EQ(graph->inputs()[0]->name(), "input_ids");
  EXPECT_EQ(graph->inputs()[3]->name(), "past_key_values.1.key");
  EXPECT_EQ(graph->inputs()[3]->type().text(), "float32[batch,1,past,6]");
  EXPECT_EQ(graph->outputs()[0]->name(), "logits");
  EXPECT_EQ(graph->outputs()[0]->type().text(), "float32[batch,sequence,17]");
  EXPECT_EQ(graph->outputs()[4]->name(), "present.1.value");
}

Error error_of(const Made& m, Naming naming = Naming::hugging_face) {
  try {
    (void)build_language_model(MadeCheckpoint(m, naming));
  } catch (const Error& e) {
    return e;
  }
  return Error(Fault::internal, "nothing was thrown");
}

TEST(Architectures, SayWhatIsWrong) {
  const Made good = make("llama", Sizes());
  const auto expect = [&](const std::function<void(Made&)>& change, Fault fault,
                          const std::string& words) {
    Made m = good;
    change(m);
    const Error e = error_of(m);
    EXPECT_EQ(e.fault(), fault) << e.message();
    EXPECT_NE(e.message().find(words), std::string::npos) << e.message();
  };
  expect([](Made& m) { m.type = "mamba"; }, Fault::unsupported, "known are llama, mistral");
  expect([](Made& m) { m.numbers.erase("hidden_size"); }, Fault::corrupt, "hidden_size");
  expect([](Made& m) { m.numbers["num_attention_heads"] = 0; }, Fault::corrupt, "whole number");
  expect([](Made& m) { m.numbers["num_attention_heads"] = 2.5; }, Fault::corrupt, "2.5");
  expect([](Made& m) { m.numbers["num_hidden_layers"] = 1e6; }, Fault::resource, "layers");
  expect([](Made& m) { m.numbers["num_key_value_heads"] = 2; }, Fault::corrupt, "3 heads");
  expect([](Made& m) { m.numbers["head_dim"] = 5; }, Fault::corrupt, "pairs");
  expect(
      [](Made& m) {
        m.numbers.erase("head_dim");
        m.numbers["hidden_size"] = 13;
      },
      Fault::corrupt, "3 heads in 13");
  expect([](Made& m) { m.numbers["rms_norm_eps"] = -1; }, Fault::corrupt, "rms_norm_eps");
  expect([](Made& m) { m.texts["rope_scaling.type"] = "yarn"; }, Fault::unsupported, "yarn");
  expect([](Made& m) { m.texts["rope_scaling.type"] = "linear"; }, Fault::corrupt, "factor");
  expect([](Made& m) { m.numbers["partial_rotary_factor"] = 0.5; }, Fault::unsupported, "partial");
  expect([](Made& m) { m.tensors.erase("model.layers.1.mlp.up_proj.weight"); }, Fault::corrupt,
         "model.layers.1.mlp.up_proj.weight");
  expect([](Made& m) { m.tensors["model.norm.weight"] = Tensor(ElementKind::f32, {3}); },
         Fault::corrupt, "want [12]");
  Made g = to_gguf(good, Sizes(), true);
  g.tensors["rope_freqs.weight"] = Tensor::of<float>({3}, {1, 0, 1});
  EXPECT_EQ(error_of(g, Naming::gguf).fault(), Fault::corrupt);
  g.tensors["rope_freqs.weight"] = Tensor::of<float>({2}, {1, 1});
  EXPECT_NE(error_of(g, Naming::gguf).message().find("want 3"), std::string::npos);
}

TEST(Architectures, NamesOfAllAreDistinct) {
  std::map<std::string, int> seen;
  for (const ArchitectureDef& a : all_architectures()) {
    for (const std::string& n : a.hugging_face) ++seen["hf " + n];
    for (const std::string& n : a.gguf) ++seen["gguf " + n];
    EXPECT_FALSE(a.what.empty());
  }
  for (const auto& [name, count] : seen) EXPECT_EQ(count, 1) << name;
}

}  // namespace
}  // namespace pare
