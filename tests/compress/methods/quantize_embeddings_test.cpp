#include <gtest/gtest.h>

#include <cmath>

#include "compress/recipe.hpp"
#include "compress/tiny_net.hpp"

namespace pare {
namespace {

using compress_test::count;
using compress_test::one;
using compress_test::random_tensor;

/// Two look-ups in one table [50, 16], and a product behind.
Model embedding_net(bool tied = false) {
  Model model;
  Graph& g = *model.graph;
  Rng rng(2);
  Value* ids = g.add_input("ids", ValueType(dtype_of(ElementKind::i64), SymShape{2, 3}));
  Tensor data = random_tensor({50, 16}, rng, 1);
  for (std::size_t i = 0; i < 16; ++i) data.mutable_data<float>()[i] *= 1000;  // row 0
  for (std::size_t i = 0; i < 16; ++i) data.mutable_data<float>()[16 + i] = 0;
  Value* table = g.add_constant(data, "words");
  Value* x = one(g, "Gather", {table, ids});
  Value* y = one(g, "Add", {x, one(g, "Gather", {table, ids})});
  Value* out = tied ? one(g, "MatMul", {y, one(g, "Transpose", {table})}) : y;
  g.add_output(out);
  model.opsets[""] = 21;
  infer_shapes(g, op_registry());
  return model;
}

std::vector<PassEvent> run(Model& model, const std::string& options) {
  MethodContext c{op_registry(), {}};
  run_recipe(model, parse_recipe("steps: [quantize_embeddings: {" + options + "}]"), c);
  EXPECT_TRUE(verify(*model.graph, op_registry()).empty());
  return c.events;
}

TEST(QuantizeEmbeddings, RowsAreWithinHalfAStep) {
  Model model = embedding_net();
  run(model, "least_elements: 0");
  EXPECT_EQ(count(*model.graph, "Cast"), 2U);
  const Tensor ids = Tensor::of<std::int64_t>({2, 3}, {0, 1, 2, 49, -1, 7});
  const Tensor want = interpret(*embedding_net().graph, op_registry(), {ids}).at(0);
  const Tensor got = interpret(*model.graph, op_registry(), {ids}).at(0);
  ASSERT_EQ(got.shape(), want.shape());
  for (std::size_t row = 0; row < 6; ++row) {
    const auto w = want.data<float>().subspan(row * 16, 16);
    const auto g = got.data<float>().subspan(row * 16, 16);
    float most = 0;
    for (const float v : w) most = std::max(most, std::fabs(v));
    for (std::size_t i = 0; i < 16; ++i) EXPECT_NEAR(g[i], w[i], most / 127 / 2 * 1.001F);
  }
  std::size_t bytes = 0;
  for (const Value* c : model.graph->constants()) bytes += c->constant().bytes().size();
  EXPECT_EQ(bytes, 50U * 16 + 50 * 4);
}

TEST(QuantizeEmbeddings, LeavesWhatOthersRead) {
  Model tied = embedding_net(true);
  EXPECT_TRUE(run(tied, "least_elements: 0").empty());
  EXPECT_EQ(count(*tied.graph, "Cast"), 0U);
}

TEST(QuantizeEmbeddings, KeepsWhatItIsTold) {
  Model kept = embedding_net();
  const auto events = run(kept, "least_elements: 0, keep_float: [words]");
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind, Verdict::Kind::refuse);
  Model small = embedding_net();
  EXPECT_TRUE(run(small, "").empty());  // 800 numbers only
}

}  // namespace
}  // namespace pare
