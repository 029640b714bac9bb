#include <gtest/gtest.h>

#include "compress/recipe.hpp"
#include "compress/same_function.hpp"
#include "compress/weights/block_rotation.hpp"
#include "ir/text.hpp"

namespace pare {
namespace {

using compress_test::count;
using compress_test::noise_over_signal;
using compress_test::worst_difference;

/// Nodes are called after what they make.
std::unique_ptr<Graph> graph_of(const std::string& text) {
  auto graph = parse_graph(text);
  for (Node* node : graph->nodes()) node->set_name(node->output()->name());
  infer_shapes(*graph, op_registry());
  return graph;
}

struct Result {
  std::unique_ptr<Graph> graph;
  std::vector<std::string> notes;
  std::vector<PassEvent> events;

  [[nodiscard]] bool says(const std::string& part) const {
    return std::any_of(notes.begin(), notes.end(), [&](const std::string& note) {
      return note.find(part) != std::string::npos;
    });
  }
};

Result after(const Graph& graph, const std::string& steps) {
  Model model;
  model.graph = graph.clone();
  model.opsets[""] = 21;
  const compress_test::InputsOf samples(graph);
  MethodContext c = compress_test::context_for(samples);
  run_recipe(model, parse_recipe("steps: [" + steps + "]"), c);
  EXPECT_TRUE(verify(*model.graph, op_registry()).empty());
  return {std::move(model.graph), c.notes, c.events};
}

const Tensor& weights(const Graph& graph, const std::string& node) {
  return graph.find(node)->producer()->input(1)->constant();
}

/// `folded` layers rotate for nothing, and the function stays.
void expect_folded(const std::string& text, std::size_t folded) {
  const auto graph = graph_of(text);
  const Result r = after(*graph, "rotate: {}");
  EXPECT_TRUE(r.says(cat("layers, ", folded, " folded into what comes before, 0 at run time")))
      << text << "\n"
      << r.notes.front();
  EXPECT_EQ(r.graph->node_count(), graph->node_count()) << text;
  EXPECT_LT(worst_difference(*graph, *r.graph), 1e-5) << text;
  std::size_t turned = 0;
  for (const PassEvent& e : r.events) {
    if (e.kind != Verdict::Kind::accept) continue;
    ++turned;
    EXPECT_FALSE(identical(weights(*graph, e.node), weights(*r.graph, e.node))) << text;
  }
  EXPECT_EQ(turned, folded) << text;
}

const std::string kTwo =
    "input x: float32[4,8]\nconst v: float32[8,12] = rand(1)\nconst w: float32[12,6] = rand(2)\n"
    "const b: float32[12] = rand(3)\nconst one: float32[] = [2]\n";

TEST(Rotate, FoldsIntoTheProductBefore) {
  expect_folded(kTwo + "u = MatMul(x, v)\ny = MatMul(u, w)\noutput y", 1);
  expect_folded(kTwo + "u = MatMul(x, v)\ns = Add(b, u)\ny = MatMul(s, w)\noutput y", 1);
  expect_folded(
      kTwo + "u = MatMul(x, v)\ns = Sub(b, u)\nt = Add(s, one)\ny = MatMul(t, w)\noutput y", 1);
  expect_folded(kTwo +
                    "u = Gemm(x, v, b) {alpha = 0.5, beta = 2.0}\ni = Identity(u)\n"
                    "y = Gemm(i, w) {alpha = 3.0}\noutput y",
                1);
  expect_folded(kTwo + "u = Gemm(x, v, one)\nm = Div(u, one)\ny = MatMul(m, w)\noutput y", 1);
  expect_folded(
      "input x: float32[4,8]\nconst v: float32[12,8] = rand(1)\n"
      "const w: float32[6,12] = rand(2)\nconst b: float32[1,12] = rand(3)\n"
      "u = Gemm(x, v, b) {transB = 1}\ny = Gemm(u, w) {transB = 1}\noutput y",
      1);
}

TEST(Rotate, SharesARotationBetweenReaders) {
  expect_folded(kTwo +
                    "const k: float32[12,5] = rand(4)\nu = MatMul(x, v)\nq = MatMul(u, w)\n"
                    "p = MatMul(u, k)\noutput q, p",
                2);
  // By way of a sum, and through a product between two values of it.
  expect_folded(kTwo +
                    "const k: float32[12,12] = rand(4)\nu = MatMul(x, v)\nm = MatMul(u, k)\n"
                    "s = Add(u, m)\ny = MatMul(s, w)\noutput y",
                2);
}

/// Two blocks in front of which the residual stream is normalized.
std::string before_norm(const std::string& norm, const std::string& bias) {
  return cat(
      "input i: int64[3]\nconst e: float32[8,16] = rand(1)\nconst p: float32[3,16] = rand(2)\n"
      "const g: float32[16] = rand(3, 0.5, 2.0)\nconst b: float32[16] = rand(4)\n"
      "const q: float32[16,24] = rand(5)\nconst o: float32[24,16] = rand(6)\n"
      "const ob: float32[16] = rand(7)\nconst h: float32[16,5] = rand(8)\n"
      "t = Gather(e, i)\ns = Add(t, p)\nn = ",
      norm, "(s, g", bias,
      ") {axis = -1}\n"
      "k = MatMul(n, q)\na = Tanh(k)\nr = MatMul(a, o)\nc = Add(r, ob)\nz = Add(s, c)\n"
      "m = ",
      norm, "(z, g", bias, ") {axis = -1}\ny = MatMul(m, h)\noutput y");
}

TEST(Rotate, TurnsTheResidualStreamOfNormalizedBranches) {
  expect_folded(before_norm("LayerNormalization", ", b"), 2);
  expect_folded(before_norm("LayerNormalization", ""), 2);
  expect_folded(before_norm("RMSNormalization", ""), 2);
}

TEST(Rotate, TurnsTheValuesOfAttentionInHeads) {
  const std::string values =
      "input x: float32[2,3,8]\ninput a: float32[2,2,3,3]\nconst v: float32[8,8] = rand(1)\n"
      "const b: float32[8] = rand(2)\nconst o: float32[8,6] = rand(3)\n"
      "const split: int64[4] = [2, 3, 2, 4]\nconst join: int64[3] = [2, 3, 8]\n"
      "u = MatMul(x, v)\nub = Add(u, b)\nr = Reshape(ub, split)\n"
      "t = Transpose(r) {perm = [0, 2, 1, 3]}\np = Softmax(a)\nc = MatMul(p, t)\n"
      "d = Transpose(c) {perm = [0, 2, 1, 3]}\ne = Reshape(d, join)\ny = MatMul(e, o)\noutput y";
  expect_folded(values, 1);
  const Result r = after(*graph_of(values), "rotate: {}");
  EXPECT_NE(r.events.back().reason.find("blocks of 4"), std::string::npos)
      << r.events.back().reason;
}

TEST(Rotate, PassesMeansFactorsAndParts) {
  const std::string two =
      "input x: float32[4,3,8]\nconst v: float32[8,12] = rand(1)\n"
      "const w: float32[12,6] = rand(2)\nconst at: int64[] = [1]\n"
      "const first: float32[4,1,12] = rand(3)\nu = MatMul(x, v)\n";
  expect_folded(two +
                    "const axes: int64[1] = [1]\nm = ReduceMean(u, axes) {keepdims = 0}\n"
                    "y = MatMul(m, w)\noutput y",
                1);
  expect_folded(two + "m = Gather(u, at) {axis = 1}\ny = MatMul(m, w)\noutput y", 1);
  expect_folded(two + "c = Concat(first, u) {axis = 1}\ny = MatMul(c, w)\noutput y", 1);
  expect_folded(two +
                    "const f: float32[4,3,1] = rand(4)\nm = Mul(f, u)\nn = Neg(m)\n"
                    "y = MatMul(n, w)\noutput y",
                1);
}

TEST(Rotate, TurnsChannelsBetweenConvolutions) {
  expect_folded(
      "input x: float32[1,3,6,6]\nconst e: float32[8,3,3,3] = rand(1)\nconst b: float32[8] = "
      "rand(2)\n"
      "const m: float32[8,6,1,1] = rand(3)\nconst k: float32[6,8,1,1] = rand(4)\n"
      "const w: float32[4,8,3,3] = rand(5)\nconst c: float32[8,1,1] = rand(6)\n"
      "u = Conv(x, e, b) {pads = [1, 1, 1, 1]}\nh = Conv(u, k)\nr = Relu(h)\np = Conv(r, m)\n"
      "s = Add(u, p)\nt = Add(s, c)\ny = Conv(t, w) {pads = [1, 1, 1, 1], strides = [2, "
      "2]}\noutput y",
      2);
}

void expect_kept(const std::string& text, const std::string& why) {
  const auto graph = graph_of(text);
  const Result r = after(*graph, "rotate: {}");
  EXPECT_TRUE(r.says("rotate: inputs of 0 of")) << text;
  EXPECT_TRUE(r.says(why)) << text << "\nno " << why << " in " << join(r.notes, "\n");
  graph->remove_unused();
  EXPECT_EQ(print_graph(*graph), print_graph(*r.graph)) << text;
}

TEST(Rotate, RefusesWhatWouldChangeTheFunction) {
  const std::string rest = "\ny = MatMul(r, w)\noutput y";
  expect_kept(kTwo + "u = MatMul(x, v)\nr = Relu(u)" + rest, "cannot pass Relu");
  expect_kept(kTwo + "u = MatMul(x, v)\nr = Gelu(u)" + rest, "cannot pass Gelu");
  expect_kept(kTwo + "u = MatMul(x, v)\nr = Softmax(u)" + rest, "cannot pass Softmax");
  expect_kept(kTwo + "u = MatMul(x, v)\nr = Mul(u, b)" + rest, "cannot pass Mul");
  expect_kept(kTwo + "u = MatMul(x, v)\nr = Mul(u, u)" + rest, "cannot pass Mul");
  expect_kept(kTwo + "u = MatMul(x, v)\nr = Div(one, u)" + rest, "cannot pass Div");
  expect_kept(kTwo + "r = MatMul(x, v)\nz = Sigmoid(r)" + rest + ", z", "an output of the model");
  expect_kept(kTwo + "r = MatMul(x, v)" + rest + ", r", "an output of the model");
  expect_kept("input r: float32[4,12]\nconst w: float32[12,6] = rand(2)" + rest,
              "an input of the model");
  expect_kept(kTwo + "const c: float32[4,1] = rand(5)\nu = MatMul(x, v)\nr = Add(u, c)" + rest,
              "varies otherwise than by channel");
  expect_kept(
      "input x: float32[4,8]\nconst v: float32[8,6] = rand(1)\nconst w: float32[6,3] = rand(2)\n"
      "r = MatMul(x, v)" +
          rest,
      "no Hadamard matrix of order 6");
  expect_kept(
      "input x: float32[1,4,5,5]\nconst e: float32[4,4,1,1] = rand(1)\n"
      "const d: float32[4,1,3,3] = rand(2)\nu = Conv(x, e)\ny = Conv(u, d) {group = 4}\n"
      "const k: float32[2,4,1,1] = rand(3)\nz = Conv(y, k)\noutput z",
      "cannot pass Conv");
}

// The scale of a normalization stands on the residual path: Q' diag(g) Q is no diagonal.
TEST(Rotate, RefusesNormalizationAfterTheSum) {
  expect_kept(
      "input x: float32[4,8]\nconst w: float32[8,8] = rand(1)\n"
      "const g: float32[8] = rand(3, 0.5, 2.0)\nconst b: float32[8] = rand(4)\n"
      "n = LayerNormalization(x, g, b)\nk = MatMul(n, w)\ns = Add(n, k)\n"
      "y = LayerNormalization(s, g, b)\noutput y",
      "the scale of LayerNormalization is read by Add");
}

TEST(Rotate, TurnsAtRunTimeWhereAsked) {
  const std::string text = kTwo +
                           "const k: float32[9,12] = rand(4)\nu = MatMul(x, v)\nr = Relu(u)\n"
                           "y = MatMul(r, w)\nz = Gemm(r, k) {transB = 1}\noutput y, z";
  const auto graph = graph_of(text);
  const Result r = after(*graph, "rotate: {online: true}");
  EXPECT_EQ(count(*r.graph, "MatMul"), 4U);  // one for x, one for both readers of r
  EXPECT_LT(worst_difference(*graph, *r.graph), 1e-5);
  EXPECT_TRUE(r.says("0 folded into what comes before, 3 at run time by 2 products of 208"));
  // No step takes the signs for weights.
  const Result q = after(*graph,
                         "rotate: {online: true}, quantize_weights: {format: int8, "
                         "least_elements: 0}");
  EXPECT_TRUE(q.says("3 of 3 layers"));
  EXPECT_LT(noise_over_signal(*graph, *q.graph), 1e-3);
  // Nor does optimize widen them.
  const Result o = after(*graph, "rotate: {online: true}, optimize: {}");
  EXPECT_EQ(count(*o.graph, "Cast"), 2U);
}

TEST(Rotate, TakesOnlyWhatIsAskedFor) {
  const std::string text = kTwo +
                           "const k: float32[6,5] = rand(4)\nconst l: float32[5,8] = rand(5)\n"
                           "u = MatMul(x, v)\nm = MatMul(u, w)\nn = Relu(m)\np = MatMul(n, k)\n"
                           "o = MatMul(p, l)\ny = MatMul(o, v)\noutput y";
  const auto graph = graph_of(text);
  const Result r = after(*graph, "rotate: {only: [y]}");
  EXPECT_TRUE(identical(weights(*graph, "m"), weights(*r.graph, "m")));
  EXPECT_FALSE(identical(weights(*graph, "y"), weights(*r.graph, "y")));
  EXPECT_LT(worst_difference(*graph, *r.graph), 1e-5);
  const Result other = after(*graph, "rotate: {only: [y], seed: 3}");
  EXPECT_FALSE(identical(weights(*other.graph, "y"), weights(*r.graph, "y")));
  EXPECT_LT(worst_difference(*graph, *other.graph), 1e-5);
}

/// Weights and inputs with a few channels that stand out, behind a layer that makes them.
std::unique_ptr<Graph> with_outliers() {
  auto graph = graph_of(
      "input x: float32[16,32]\nconst v: float32[32,64] = rand(1)\n"
      "const w: float32[64,48] = rand(2)\nu = MatMul(x, v)\ny = MatMul(u, w)\noutput y");
  for (const auto& [name, axis] : {std::pair<const char*, std::size_t>{"v", 1}, {"w", 0}}) {
    std::vector<float> factors(64, 1);
    for (const std::size_t c : {7U, 32U, 57U}) factors[c] = axis == 1 ? 30 : 8;
    Value* value = graph->find(name);
    value->set_constant(scaled(value->constant(), axis, factors));
  }
  return graph;
}

TEST(Rotate, ServesFewBits) {
  const auto graph = with_outliers();
  const std::string weights = "quantize_weights: {format: int4, group: 32, only: [y]}";
  const std::string inputs = "quantize_activations: {format: int4, scaling: token, only: [y]}";
  for (const std::string& steps : {weights, inputs, weights + ", " + inputs}) {
    const double plain = noise_over_signal(*graph, *after(*graph, steps).graph);
    const double rotated = noise_over_signal(*graph, *after(*graph, "rotate: {}, " + steps).graph);
    EXPECT_LT(rotated, 0.7 * plain) << steps;
  }
}

}  // namespace
}  // namespace pare
