#include "runtime/packed_session.hpp"

#include <gtest/gtest.h>

#include "ir/builder.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

/// y = relu(conv(x, w)), then a product; sizes of the batch are open.
std::unique_ptr<Graph> network() {
  auto graph = std::make_unique<Graph>();
  Value* x = graph->add_input("x", ValueType(dtype_of(ElementKind::f32),
                                             SymShape{Dim::symbol("N"), Dim(16), Dim(8), Dim(8)}));
  Tensor w(ElementKind::f32, {32, 16, 3, 3});
  float next = -1;
  for (float& v : w.mutable_data<float>()) v = next = next > 1 ? -1 : next + 0.0131F;
  Value* weights = graph->add_constant(w, "w");
  Node* conv = graph->add_node({.op = "Conv",
                                .inputs = {x, weights},
                                .attributes = {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}},
                                .output_names = {"c"}});
  Node* relu = graph->add_node({.op = "Relu", .inputs = {conv->output()}, .output_names = {"y"}});
  graph->add_output(relu->output());
  return graph;
}

std::vector<Tensor> inputs(std::int64_t n) {
  Tensor x(ElementKind::f32, {n, 16, 8, 8});
  float next = 0;
  for (float& v : x.mutable_data<float>()) v = next = next > 2 ? -2 : next + 0.37F;
  return {x};
}

TEST(PackedSession, TheSecondSessionTakesWhatTheFirstPackedAndGivesItsBits) {
  const auto graph = network();
  const auto plain = Session::create(*graph, op_registry(), {});
  const Tensor want = plain->run(inputs(1))[0];
  const auto store = std::make_shared<CollectingStore>();
  const auto first = create_packed_session(*graph, op_registry(), {}, store, "");
  EXPECT_TRUE(identical(first->run(inputs(1))[0], want));
  const std::size_t pieces = store->all().size();
  EXPECT_GT(pieces, 0U);
  const auto second = create_packed_session(*graph, op_registry(), {}, store, "");
  EXPECT_TRUE(identical(second->run(inputs(1))[0], want));
  EXPECT_EQ(store->all().size(), pieces);
}

/// Gives zeros for everything, and counts.
class Zeros final : public PackedStore {
 public:
  Tensor find(const std::string&, std::size_t bytes) override {
    ++asked;
    zeros_.push_back(Tensor(ElementKind::u8, {static_cast<std::int64_t>(bytes)}));
    return zeros_.back();
  }
  void keep(const std::string&, const Tensor&) override {}
  int asked = 0;

 private:
  std::vector<Tensor> zeros_;
};

TEST(PackedSession, StoredWeightsAreUsedForTheShapesTheyAreForOnly) {
  const auto graph = network();
  const auto store = std::make_shared<Zeros>();
  const auto session =
      create_packed_session(*graph, op_registry(), {}, store, shapes_text(inputs(1)));
  for (const float y : session->run(inputs(1))[0].to_floats()) ASSERT_EQ(y, 0);
  const int asked = store->asked;
  EXPECT_GT(asked, 0);
  const auto plain = Session::create(*graph, op_registry(), {});
  EXPECT_TRUE(identical(session->run(inputs(2))[0], plain->run(inputs(2))[0]));
  EXPECT_EQ(store->asked, asked);
}

TEST(PackedSession, WeightsOfFewBitsAreKeptToo) {
  for (const std::int64_t level : {0, 4}) {  // 4: rows become 8-bit integers
    Graph g;
    Value* x = g.add_input("x", ValueType(dtype_of(ElementKind::f32), SymShape{Dim(2), Dim(64)}));
    Tensor codes(ElementKind::u8, {48, 2, 16});
    std::size_t i = 0;
    for (std::byte& b : codes.mutable_bytes()) b = static_cast<std::byte>(37 * i++ % 251);
    Tensor scales(ElementKind::f32, {48, 2});
    for (float& s : scales.mutable_data<float>()) s = 0.01F * static_cast<float>(1 + i++ % 7);
    Node* node =
        g.add_node({.op = "MatMulNBits",
                    .inputs = {x, g.add_constant(codes, "codes"), g.add_constant(scales, "scales")},
                    .attributes = {{"K", std::int64_t{64}},
                                   {"N", std::int64_t{48}},
                                   {"bits", std::int64_t{4}},
                                   {"block_size", std::int64_t{32}},
                                   {"accuracy_level", level}},
                    .domain = "com.microsoft",
                    .output_names = {"y"}});
    g.add_output(node->output());
    Tensor in(ElementKind::f32, {2, 64});
    for (float& v : in.mutable_data<float>()) v = 0.1F * static_cast<float>(i++ % 31) - 1;
    const auto store = std::make_shared<CollectingStore>();
    const auto first = create_packed_session(g, op_registry(), {}, store, "");
    const Tensor want = first->run({in})[0];
    EXPECT_TRUE(identical(Session::create(g, op_registry(), {})->run({in})[0], want));
    ASSERT_EQ(store->all().size(), 1U);
    const auto second = create_packed_session(g, op_registry(), {}, store, "");
    EXPECT_TRUE(identical(second->run({in})[0], want));
    EXPECT_EQ(first->steps()[0].kernel, second->steps()[0].kernel);
  }
}

TEST(PackedSession, TextsSayWhatTheyStandFor) {
  EXPECT_EQ(shapes_text({}), "");
  EXPECT_EQ(shapes_text({Tensor(ElementKind::f32, {1, 3}), Tensor(ElementKind::i64, {})}),
            "[1,3] []");
  EXPECT_NE(runtime_text().find("oneDNN"), std::string::npos);
}

TEST(PackedSession, StepsCountTheBytesTheyMove) {
  const auto graph = network();
  SessionOptions options;
  options.winograd = false;  // its weights are larger
  const auto session = Session::create(*graph, op_registry(), options);
  (void)session->run(inputs(1));
  double conv = 0;
  for (const StepInfo& s : session->steps()) {
    EXPECT_GT(s.cost.bytes, 0) << s.node << " " << s.kernel;
    if (s.cost.macs > 0) conv += s.cost.bytes;
  }
  // Input, weights and output once each; the value between convolution and activation nowhere.
  const double least = 4.0 * (16 * 64 + 32 * 16 * 9 + 32 * 64);
  EXPECT_GE(conv, least);
  EXPECT_LT(conv, 1.1 * least);
}

}  // namespace
}  // namespace pare
