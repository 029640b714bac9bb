// Language models against what other software made of them.

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.hpp"
#include "evaluate/fidelity.hpp"
#include "formats/format.hpp"
#include "ops/registry.hpp"
#include "runtime/session.hpp"
#include "shared/shared.hpp"

namespace pare::shared {
namespace {

using Ids = std::vector<std::int64_t>;

/// A model that is fed token by token or in pieces.
class Reader {
 public:
  explicit Reader(const std::string& model) {
    const Model m = read_model(at(model));
    session_ = Session::create(*m.graph, op_registry(), {});
    forget();
  }
  void forget() {
    past_.clear();
    for (std::size_t i = 1; i < session_->inputs().size(); ++i) {
      const SymShape& s = *session_->inputs()[i].type.shape;
      past_.emplace_back(ElementKind::f32, Shape{1, s[1].number(), 0, s[3].number()});
    }
  }
  /// Logits [tokens, vocabulary] of the tokens, which stand behind those of earlier calls.
  Tensor read(const Ids& ids) {
    const auto n = static_cast<std::int64_t>(ids.size());
    std::vector<Tensor> inputs = {Tensor::of<std::int64_t>({1, n}, ids)};
    inputs.insert(inputs.end(), past_.begin(), past_.end());
    std::vector<Tensor> out = session_->run(inputs);
    past_.assign(out.begin() + 1, out.end());
    return out[0].reshaped({n, out[0].dim(2)});
  }

 private:
  std::unique_ptr<Session> session_;
  std::vector<Tensor> past_;
};

std::int64_t likeliest(const Tensor& logits, std::int64_t row) {
  const auto from = logits.data<float>().begin() + row * logits.dim(1);
  return std::max_element(from, from + logits.dim(1)) - from;
}

TEST(Language, ContinuesAsTheReferenceDoes) {
  const auto reference = nlohmann::json::parse(
      read_text(at("models/llm/llama6m/reference.json"), std::uint64_t{1} << 24U));
  Reader reader("models/llm/llama6m");
  ASSERT_FALSE(reference.at("greedy").empty());
  for (const auto& g : reference.at("greedy")) {
    const Ids want = g.at("ids").get<Ids>();
    const std::size_t prompt = g.at("prompt_ids").size();
    ASSERT_GT(want.size(), prompt);
    reader.forget();
    // Behind each beginning of the text the next token must be the likeliest.
    const Tensor logits = reader.read({want.begin(), want.end() - 1});
    for (std::size_t i = prompt; i < want.size(); ++i) {
      EXPECT_EQ(likeliest(logits, static_cast<std::int64_t>(i) - 1), want[i])
          << g.at("prompt") << ", token " << i;
    }
    reader.forget();
    Tensor last = reader.read({want.begin(), want.begin() + static_cast<std::ptrdiff_t>(prompt)});
    for (std::size_t i = prompt; i < prompt + 3; ++i) {  // one at a time, behind the past
      ASSERT_EQ(likeliest(last, last.dim(0) - 1), want[i]);
      last = reader.read({want[i]});
    }
  }
}

TEST(Language, AFolderAndAGgufFileAreTheSameModel) {
  Reader folder("models/llm/stories260K/hf");
  Reader gguf("models/llm/stories260K/stories260K-f32.gguf");
  Reader half("models/llm/stories260K/stories260K-f16.gguf");
  Ids ids = {1};
  for (std::int64_t i = 0; i < 60; ++i) ids.push_back(3 + (i * i * 7 + i) % 509);
  const Tensor want = folder.read(ids);
  Fidelity same;
  same.add(want, gguf.read(ids));
  EXPECT_GT(same.sqnr_db(), 100);  // the same numbers, summed in another order
  Fidelity near;
  near.add(want, half.read(ids));
  EXPECT_GT(near.sqnr_db(), 55);  // weights of 11 bits
  // In pieces, with the past handed on.
  folder.forget();
  Fidelity pieces;
  const Tensor first = folder.read({ids.begin(), ids.begin() + 20});
  const Tensor rest = folder.read({ids.begin() + 20, ids.end()});
  const auto all = want.data<float>();
  pieces.add(Tensor::of<float>({20, want.dim(1)}, {all.begin(), all.begin() + 20 * want.dim(1)}),
             first);
  pieces.add(Tensor::of<float>({41, want.dim(1)}, {all.begin() + 20 * want.dim(1), all.end()}),
             rest);
  EXPECT_GT(pieces.sqnr_db(), 100);
}

}  // namespace
}  // namespace pare::shared
