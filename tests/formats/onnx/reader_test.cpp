#include "formats/onnx/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temp_dir.hpp"
#include "base/text.hpp"
#include "ir/infer.hpp"
#include "ops/registry.hpp"
#include "support/tiny_onnx.hpp"

// The files are written by tests/support/tiny_onnx.hpp, which knows the format by itself.

namespace pare {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kFloat = 1;

Model read(const std::string& bytes, const ReadOptions& options = {}) {
  return onnx::read_bytes(std::as_bytes(std::span(bytes.data(), bytes.size())), "model.onnx",
                          options);
}

/// y = Relu(Add(x, w)) with a constant w.
tiny::File small() {
  tiny::File f;
  f.inputs = {tiny::value_info("x", kFloat, {"N", 2})};
  f.constants = {tiny::tensor("w", kFloat, {2}, tiny::raw<float>({1, -5}))};
  f.nodes = {tiny::node("Add", {"x", "w"}, {"s"}), tiny::node("Relu", {"s"}, {"y"})};
  f.outputs = {tiny::value_info("y", kFloat, {"N", 2})};
  return f;
}

std::vector<float> run(const Model& model, std::vector<Tensor> inputs) {
  return interpret(*model.graph, op_registry(), std::move(inputs)).at(0).to_floats();
}

template <class Body>
Error error_of(Body&& body) {
  try {
    body();
  } catch (const Error& e) {
    return e;
  }
  return {Fault::internal, "nothing was thrown"};
}

Error error_in(const std::string& bytes, const ReadOptions& options = {}) {
  return error_of([&] { read(bytes, options); });
}

TEST(OnnxReader, ReadsNodesConstantsNamesAndTypes) {
  const Model m = read(small().text());
  EXPECT_EQ(m.ir_version, 8);
  EXPECT_EQ(m.opsets.at(""), 17);
  ASSERT_EQ(m.graph->node_count(), 2U);
  EXPECT_EQ(m.graph->nodes()[0]->name(), "s_node");
  EXPECT_EQ(m.graph->inputs()[0]->type().text(), "float32[N,2]");
  EXPECT_EQ(m.graph->outputs()[0]->name(), "y");
  EXPECT_THAT(m.graph->find("w")->constant().to_floats(), ElementsAre(1, -5));
  EXPECT_THAT(run(m, {Tensor::of<float>({1, 2}, {2, 3})}), ElementsAre(3, 0));
  EXPECT_TRUE(verify(*m.graph, op_registry()).empty());
}

TEST(OnnxReader, AnInitializerThatIsAlsoAnInputIsAConstant) {
  tiny::File f = small();
  f.inputs.push_back(tiny::value_info("w", kFloat, {2}));
  const Model m = read(f.text());
  EXPECT_EQ(m.graph->inputs().size(), 1U);
  EXPECT_TRUE(m.graph->find("w")->is_constant());
}

TEST(OnnxReader, ConstantNodesOfEveryKindBecomeConstants) {
  const auto constant = [](const std::string& name, const std::string& value) {
    return tiny::node("Constant", {}, {name}, {value});
  };
  tiny::File f;
  using tiny::bytes;
  using tiny::number;
  f.nodes = {
      constant("t", bytes(1, "value") +
                        bytes(5, tiny::tensor("", 7, {1}, tiny::raw<std::int64_t>({9}))) +
                        number(20, 4)),
      constant("i", tiny::int_attribute("value_int", -4)),
      constant("is", tiny::ints_attribute("value_ints", {3, 1})),
      constant("f", bytes(1, "value_float") + "\x15" + tiny::raw<float>({2.5F}) + number(20, 1)),
      constant("fs", bytes(1, "value_floats") + bytes(7, tiny::raw<float>({1, 2})) + number(20, 6)),
      constant("s", bytes(1, "value_string") + bytes(4, "text") + number(20, 3)),
      constant("ss", bytes(1, "value_strings") + bytes(9, "a") + bytes(9, "") + number(20, 8)),
  };
  f.outputs = {tiny::value_info("t", 7, {1})};
  const Model m = read(f.text());
  const Graph& g = *m.graph;
  EXPECT_EQ(g.node_count(), 0U);
  EXPECT_THAT(g.find("t")->constant().to_ints(), ElementsAre(9));
  EXPECT_EQ(g.find("i")->constant().item<std::int64_t>(), -4);
  EXPECT_THAT(g.find("is")->constant().to_ints(), ElementsAre(3, 1));
  EXPECT_EQ(g.find("f")->constant().item<float>(), 2.5F);
  EXPECT_EQ(g.find("fs")->constant().shape(), Shape{2});
  EXPECT_EQ(g.find("s")->constant().item<std::string>(), "text");
  EXPECT_THAT(g.find("ss")->constant().data<std::string>(), ElementsAre("a", ""));
}

TEST(OnnxReader, SparseConstantsBecomeDense) {
  const std::string values = tiny::tensor("w", kFloat, {2}, tiny::raw<float>({7, 8}));
  const auto file = [&](const std::string& indices) {
    const std::string sparse =
        tiny::bytes(1, values) + tiny::bytes(2, indices) + tiny::number(3, 2) + tiny::number(3, 3);
    const std::string graph = tiny::bytes(1, tiny::node("Relu", {"w"}, {"y"})) +
                              tiny::bytes(12, tiny::value_info("y", kFloat, {2, 3})) +
                              tiny::bytes(15, sparse);
    return tiny::number(1, 8) + tiny::bytes(7, graph) +
           tiny::bytes(8, tiny::bytes(1, "") + tiny::number(2, 17));
  };
  const Model flat = read(file(tiny::tensor("", 7, {2}, tiny::raw<std::int64_t>({1, 5}))));
  EXPECT_THAT(flat.graph->find("w")->constant().to_floats(), ElementsAre(0, 7, 0, 0, 0, 8));
  const Model pairs =
      read(file(tiny::tensor("", 7, {2, 2}, tiny::raw<std::int64_t>({0, 2, 1, 0}))));
  EXPECT_THAT(pairs.graph->find("w")->constant().to_floats(), ElementsAre(0, 0, 7, 8, 0, 0));
  EXPECT_EQ(error_in(file(tiny::tensor("", 7, {2}, tiny::raw<std::int64_t>({1, 6})))).fault(),
            Fault::corrupt);
}

TEST(OnnxReader, NodesOutOfOrderAreSorted) {
  tiny::File f = small();
  std::swap(f.nodes[0], f.nodes[1]);
  EXPECT_THAT(run(read(f.text()), {Tensor::of<float>({1, 2}, {2, 3})}), ElementsAre(3, 0));
}

TEST(OnnxReader, CirclesMissingAndDoubleNamesAreCorrupt) {
  tiny::File circle = small();
  circle.nodes = {tiny::node("Add", {"x", "y"}, {"s"}), tiny::node("Relu", {"s"}, {"y"})};
  EXPECT_THAT(error_in(circle.text()).message(), HasSubstr("circle"));

  tiny::File missing = small();
  missing.nodes[0] = tiny::node("Add", {"x", "nowhere"}, {"s"});
  const Error e = error_in(missing.text());
  EXPECT_EQ(e.fault(), Fault::corrupt);
  EXPECT_THAT(e.message(), HasSubstr("'nowhere'"));
  EXPECT_THAT(std::string(e.what()), HasSubstr("Add 's_node'"));

  tiny::File twice = small();
  twice.nodes.push_back(tiny::node("Relu", {"x"}, {"s"}));
  EXPECT_THAT(error_in(twice.text()).message(), HasSubstr("twice"));

  tiny::File output = small();
  output.outputs = {tiny::value_info("z", kFloat, {2})};
  EXPECT_EQ(error_in(output.text()).fault(), Fault::corrupt);
}

// A body reads values of the graph around it, and both branches use the same names.
TEST(OnnxReader, BodiesSeeTheGraphAroundThem) {
  const auto branch = [](const std::string& op) {
    return tiny::bytes(1, tiny::node(op, {"x"}, {"r"})) + tiny::bytes(2, "branch") +
           tiny::bytes(12, tiny::value_info("r", kFloat, {2}));
  };
  const auto graph_attribute = [](const std::string& name, const std::string& graph) {
    return tiny::bytes(1, name) + tiny::bytes(6, graph) + tiny::number(20, 5);
  };
  tiny::File f;
  f.inputs = {tiny::value_info("c", 9, {}), tiny::value_info("x", kFloat, {2})};
  f.nodes = {tiny::node("If", {"c"}, {"y"},
                        {graph_attribute("then_branch", branch("Neg")),
                         graph_attribute("else_branch", branch("Relu"))})};
  f.outputs = {tiny::value_info("y", kFloat, {2})};
  const Model m = read(f.text());
  const Tensor x = Tensor::of<float>({2}, {1, -2});
  EXPECT_THAT(run(m, {Tensor::scalar(true), x}), ElementsAre(-1, 2));
  EXPECT_THAT(run(m, {Tensor::scalar(false), x}), ElementsAre(1, 0));
}

// --- model-local functions

std::string function(const std::string& name, const std::vector<std::string>& inputs,
                     const std::vector<std::string>& outputs, const std::vector<std::string>& nodes,
                     const std::string& more = "") {
  std::string out = tiny::bytes(1, name);
  for (const auto& i : inputs) out += tiny::bytes(4, i);
  for (const auto& o : outputs) out += tiny::bytes(5, o);
  for (const auto& n : nodes) out += tiny::bytes(7, n);
  return out + tiny::bytes(9, tiny::bytes(1, "") + tiny::number(2, 17)) + tiny::bytes(10, "own") +
         more;
}

std::string call(const std::string& op, const std::vector<std::string>& inputs,
                 const std::vector<std::string>& outputs,
                 const std::vector<std::string>& attributes = {}) {
  return tiny::node(op, inputs, outputs, attributes) + tiny::bytes(7, "own");
}

std::string reference(const std::string& name, const std::string& refers, int type) {
  return tiny::bytes(1, name) + tiny::bytes(21, refers) + tiny::number(20, type);
}

std::string with_functions(const tiny::File& f, const std::vector<std::string>& functions) {
  std::string text = f.text();
  for (const std::string& one : functions) text += tiny::bytes(25, one);
  return text;
}

TEST(OnnxReader, FunctionsAreReplacedByTheirBodies) {
  // Leaky(x; alpha) = LeakyRelu(x, alpha); Both(x; a) = Leaky(x; a) + Leaky(x; default 0.5)
  const std::string leaky =
      function("Leaky", {"in"}, {"out"},
               {tiny::node("LeakyRelu", {"in"}, {"out"}, {reference("alpha", "alpha", 1)})},
               tiny::bytes(11, tiny::bytes(1, "alpha") + "\x15" + tiny::raw<float>({0.5F}) +
                                   tiny::number(20, 1)));
  const std::string both =
      function("Both", {"x"}, {"sum"},
               {call("Leaky", {"x"}, {"p"}, {reference("alpha", "a", 1)}),
                call("Leaky", {"x"}, {"q"}), tiny::node("Add", {"p", "q"}, {"sum"})},
               tiny::bytes(6, "a"));
  tiny::File f;
  f.inputs = {tiny::value_info("x", kFloat, {2})};
  f.nodes = {call("Both", {"x"}, {"m"},
                  {tiny::bytes(1, "a") + "\x15" + tiny::raw<float>({0.25F}) + tiny::number(20, 1)}),
             call("Both", {"m"}, {"y"},
                  {tiny::bytes(1, "a") + "\x15" + tiny::raw<float>({1.0F}) + tiny::number(20, 1)})};
  f.outputs = {tiny::value_info("y", kFloat, {2})};
  const Model m = read(with_functions(f, {leaky, both}));
  EXPECT_EQ(m.graph->node_count(), 6U);
  EXPECT_NE(m.graph->find("m"), nullptr) << "results keep the caller's names";
  // m = (-8 * 0.25) + (-8 * 0.5) = -6, 2 * 4 = 8; y = -6 * 1 + -6 * 0.5 = -9, 16.
  EXPECT_THAT(run(m, {Tensor::of<float>({2}, {-8, 4})}), ElementsAre(-9, 16));
}

TEST(OnnxReader, AFunctionMayGiveBackItsInputAndOneValueTwice) {
  const std::string echo =
      function("Echo", {"in"}, {"in", "r", "r"}, {tiny::node("Relu", {"in"}, {"r"})});
  tiny::File f;
  f.inputs = {tiny::value_info("x", kFloat, {1})};
  f.nodes = {call("Echo", {"x"}, {"a", "b", "c"}), tiny::node("Sum", {"a", "b", "c"}, {"y"})};
  f.outputs = {tiny::value_info("y", kFloat, {1})};
  const Model m = read(with_functions(f, {echo}));
  EXPECT_THAT(run(m, {Tensor::of<float>({1}, {5})}), ElementsAre(15));
  EXPECT_THAT(run(m, {Tensor::of<float>({1}, {-5})}), ElementsAre(-5));
}

TEST(OnnxReader, FunctionsThatCallThemselvesAreCorrupt) {
  const std::string a = function("A", {"x"}, {"y"}, {call("B", {"x"}, {"y"})});
  const std::string b = function("B", {"x"}, {"y"}, {call("A", {"x"}, {"y"})});
  tiny::File f;
  f.inputs = {tiny::value_info("x", kFloat, {1})};
  f.nodes = {call("A", {"x"}, {"y"})};
  f.outputs = {tiny::value_info("y", kFloat, {1})};
  const Error e = error_in(with_functions(f, {a, b}));
  EXPECT_EQ(e.fault(), Fault::corrupt);
  EXPECT_THAT(e.message(), HasSubstr("100 deep"));
}

TEST(OnnxReader, FunctionsThatMultiplyAreStoppedByTheNodeLimit) {
  std::vector<std::string> functions;
  const auto name = [](int i) { return cat("F", i); };
  functions.push_back(function(name(0), {"x"}, {"y"}, {tiny::node("Relu", {"x"}, {"y"})}));
  for (int i = 1; i < 40; ++i) {  // 2^39 nodes in 40 small functions
    functions.push_back(function(
        name(i), {"x"}, {"y"}, {call(name(i - 1), {"x"}, {"m"}), call(name(i - 1), {"m"}, {"y"})}));
  }
  tiny::File f;
  f.inputs = {tiny::value_info("x", kFloat, {1})};
  f.nodes = {call(name(39), {"x"}, {"y"})};
  f.outputs = {tiny::value_info("y", kFloat, {1})};
  ReadOptions few;
  few.most_nodes = 1000;
  EXPECT_EQ(error_in(with_functions(f, functions), few).fault(), Fault::resource);
}

// --- headers and broken bytes

TEST(OnnxReader, OperatorSetsAndVersionsOutOfRangeAreUnsupported) {
  for (const std::int64_t opset : {1, 5, 29}) {
    tiny::File f = small();
    f.opset = opset;
    const Error e = error_in(f.text());
    EXPECT_EQ(e.fault(), Fault::unsupported) << opset;
    EXPECT_THAT(e.message(), HasSubstr("6 to 28"));
  }
  tiny::File f = small();
  f.ir_version = 14;
  EXPECT_EQ(error_in(f.text()).fault(), Fault::unsupported);
}

TEST(OnnxReader, OldOperatorSetsAreReadWhereNothingChanged) {
  tiny::File f;
  f.opset = 1;
  f.inputs = {tiny::value_info("x", kFloat, {2})};
  f.nodes = {tiny::node("Softsign", {"x"}, {"y"})};
  f.outputs = {tiny::value_info("y", kFloat, {2})};
  EXPECT_EQ(run(read(f.text()), {Tensor::of<float>({2}, {1, -3})}),
            (std::vector<float>{0.5F, -0.75F}));
  f.nodes = {tiny::node("Softsign", {"x"}, {"s"}), tiny::node("Relu", {"s"}, {"y"})};
  EXPECT_THAT(error_in(f.text()).message(), HasSubstr("Relu did not"));
}

TEST(OnnxReader, EmptyAndForeignBytesAreCorrupt) {
  EXPECT_THAT(error_in("").message(), HasSubstr("empty"));
  EXPECT_EQ(error_in("hello, this is no model").fault(), Fault::corrupt);
  EXPECT_EQ(error_in(tiny::number(1, 8)).fault(), Fault::corrupt);
  EXPECT_EQ(error_in(std::string(4096, '\0')).fault(), Fault::corrupt);
}

TEST(OnnxReader, EveryPrefixIsCorrupt) {
  const std::string whole = small().text();
  for (std::size_t n = 0; n < whole.size(); ++n) {
    EXPECT_EQ(error_in(whole.substr(0, n)).fault(), Fault::corrupt) << n << " bytes";
  }
}

TEST(OnnxReader, FlippedBitsGiveAModelOrAnError) {
  const std::string whole = small().text();
  std::size_t read_anyway = 0;
  for (std::size_t i = 0; i < whole.size() * 8; ++i) {
    std::string bent = whole;
    bent[i / 8] = static_cast<char>(static_cast<unsigned char>(bent[i / 8]) ^ (1U << (i % 8)));
    try {
      const Model m = read(bent);
      ++read_anyway;
    } catch (const Error& e) {
      EXPECT_NE(e.fault(), Fault::internal) << "bit " << i << ": " << e.what();
    }
  }
  EXPECT_GT(read_anyway, 0U) << "names and numbers can change and still be a model";
  EXPECT_LT(read_anyway, whole.size() * 8);
}

TEST(OnnxReader, MemoryIsBoundedBeforeDecoding) {
  // A million empty nodes are 2 MB in the file and far more when decoded.
  std::string graph;
  for (int i = 0; i < 1'000'000; ++i) graph += tiny::bytes(1, "");
  const std::string text = tiny::number(1, 8) + tiny::bytes(7, graph) +
                           tiny::bytes(8, tiny::bytes(1, "") + tiny::number(2, 17));
  ReadOptions options;
  options.memory_budget_bytes = std::uint64_t{32} << 20U;
  const Error e = error_in(text, options);
  EXPECT_EQ(e.fault(), Fault::resource);
  EXPECT_THAT(e.message(), HasSubstr("budget"));
}

TEST(OnnxReader, DeepNestingIsCorrupt) {
  std::string attribute;
  for (int i = 0; i < 200; ++i) {
    const std::string body = tiny::bytes(1, tiny::node("If", {"c"}, {"y"}, {attribute}));
    attribute = tiny::bytes(1, "then_branch") + tiny::bytes(6, body) + tiny::number(20, 5);
  }
  tiny::File f;
  f.inputs = {tiny::value_info("c", 9, {})};
  f.nodes = {tiny::node("If", {"c"}, {"y"}, {attribute})};
  f.outputs = {tiny::value_info("y", kFloat, {})};
  const Error e = error_in(f.text());
  EXPECT_EQ(e.fault(), Fault::corrupt);
  EXPECT_THAT(e.message(), HasSubstr("deep"));
}

TEST(OnnxReader, TruncatedFilesSayWhatIsMissing) {
  const std::string whole = small().text();
  const Error e = error_in(whole.substr(0, whole.size() / 2));
  EXPECT_THAT(e.message(), HasSubstr("want "));
  EXPECT_THAT(e.message(), HasSubstr(" bytes at "));
}

// --- through the registry of formats

TEST(Formats, AreToldByContentAndNamed) {
  const TempDir dir;
  small().write(dir.path() / "net.bin");
  EXPECT_EQ(read_model(dir.path() / "net.bin").graph->node_count(), 2U);
  const std::string text = dir.write("notes.txt", "no model");
  const Error foreign = error_of([&] { read_model(text); });
  EXPECT_EQ(foreign.fault(), Fault::corrupt);
  EXPECT_THAT(foreign.message(), HasSubstr("ONNX"));
  const Error gone = error_of([&] { read_model(dir.at("gone.onnx")); });
  EXPECT_EQ(gone.fault(), Fault::missing);
  EXPECT_THAT(std::string(gone.what()), HasSubstr("gone.onnx"));
  const Model m = read(small().text());
  EXPECT_EQ(error_of([&] { write_model(m, dir.at("x.unknown")); }).fault(), Fault::usage);
}

}  // namespace
}  // namespace pare
