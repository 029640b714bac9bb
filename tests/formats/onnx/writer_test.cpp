#include "formats/onnx/writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/temp_dir.hpp"
#include "formats/onnx/onnx.pb.h"
#include "formats/onnx/reader.hpp"
#include "ir/text.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

using testing::Contains;
using testing::ElementsAre;

Model model_of(const std::string& text, std::int64_t opset = 0) {
  Model m;
  m.graph = parse_graph(text);
  if (opset > 0) m.opsets[""] = opset;
  return m;
}

/// What lies in the file, decoded by protobuf alone.
schema::ModelProto decode(const std::filesystem::path& path) {
  schema::ModelProto proto;
  EXPECT_TRUE(proto.ParseFromString(slurp(path)));
  return proto;
}

const std::string kSmall = R"(
input x: float32[N,4]
const w: float32[4] = [1, 2, 3, 4]
s = Add(x, w) @first
y: float32[N,4] = Relu(s)
output y
)";

Fault fault_of(const Model& m, const std::filesystem::path& path, const WriteOptions& options) {
  try {
    onnx::write(m, path, options);
  } catch (const Error& e) {
    return e.fault();
  }
  return Fault::internal;
}

TEST(OnnxWriter, WritesNamesTypesAndProvenance) {
  const TempDir dir;
  Model m = model_of(kSmall, 13);
  m.metadata["pare.recipe"] = "steps: []";
  m.producer_name = "pytorch";
  m.producer_version = "2.1";
  m.doc = "what it is";
  onnx::write(m, dir.at("m.onnx"), {});
  const schema::ModelProto p = decode(dir.at("m.onnx"));
  EXPECT_EQ(p.producer_name(), "pare");
  EXPECT_EQ(p.doc_string(), "what it is");
  ASSERT_EQ(p.opset_import_size(), 1);
  EXPECT_EQ(p.opset_import(0).version(), 13);
  EXPECT_EQ(p.ir_version(), 7);
  EXPECT_EQ(p.graph().node(0).name(), "first");
  EXPECT_THAT(p.graph().node(0).input(), ElementsAre("x", "w"));
  EXPECT_EQ(p.graph().initializer(0).name(), "w");
  EXPECT_EQ(p.graph().input(0).type().tensor_type().shape().dim(0).dim_param(), "N");
  EXPECT_EQ(p.graph().output(0).type().tensor_type().shape().dim(1).dim_value(), 4);
  std::vector<std::string> metadata;
  for (const auto& e : p.metadata_props()) metadata.push_back(e.key() + "=" + e.value());
  EXPECT_THAT(metadata, Contains("pare.recipe=steps: []"));
  EXPECT_THAT(metadata, Contains("pare.source_producer=pytorch 2.1"));
}

TEST(OnnxWriter, WriteReadWriteGivesTheSameBytes) {
  const TempDir dir;
  const std::string text = R"(
input c: bool[]
input x: float32[N,2]
const codes: int4[3] = [-8, 0, 7]
const half: float16[2] = [1, 0.5]
const words: string[2] = ["a", "b"]
a, _ = Dropout(x) @d
t = TopK(x, k) {axis = 1, largest = 0} @t
const k: int64[1] = [1]
y: float32[N,2] = If(c) {then_branch = graph {v = Neg(a) output v}, else_branch = graph {v = Relu(x) output v}}
e = Elu(y) {alpha = 0.5}
z = com.acme::Strange(e, _, t) {f = [1.5, 2.5], i = [1, 2], s = ["p", "q"], t = tensor(int64[2], [1, 2]), empty = ints[]}
output z
output e
)";
  Model m = model_of("const k: int64[1] = [1]\n" + text.substr(0, text.find("const k:")) +
                         text.substr(text.find("y: float32")),
                     21);
  onnx::write(m, dir.at("a.onnx"), {});
  const std::string first = slurp(dir.at("a.onnx"));
  const Model again =
      onnx::read_bytes(std::as_bytes(std::span(first.data(), first.size())), dir.at("a.onnx"));
  // The file says no types of values inside, and every graph in it has a name.
  PrintOptions plain;
  plain.types = false;
  std::string read_back = print_graph(*again.graph, plain);
  const std::string name = "name \"graph\"\n";
  for (std::size_t at = 0; (at = read_back.find(name)) != std::string::npos;) {
    const std::size_t indent = at >= 2 && read_back[at - 1] == ' ' ? 2 : 0;
    read_back.erase(at - indent, name.size() + indent);
  }
  EXPECT_EQ(read_back, print_graph(*m.graph, plain));
  onnx::write(again, dir.at("b.onnx"), {});
  EXPECT_EQ(slurp(dir.at("b.onnx")), first);
}

TEST(OnnxWriter, ChoosesTheModelsOwnOperatorSetWhereItSuffices) {
  const TempDir dir;
  onnx::write(model_of(kSmall, 9), dir.at("nine.onnx"), {});
  EXPECT_EQ(decode(dir.at("nine.onnx")).opset_import(0).version(), 9);
  const std::string gelu = "input x: float32[2]\ny: float32[2] = Gelu(x)\noutput y\n";
  onnx::write(model_of(gelu, 13), dir.at("gelu.onnx"), {});
  EXPECT_EQ(decode(dir.at("gelu.onnx")).opset_import(0).version(), 20);
  WriteOptions options;
  options.opset = 15;
  onnx::write(model_of(kSmall, 9), dir.at("chosen.onnx"), options);
  EXPECT_EQ(decode(dir.at("chosen.onnx")).opset_import(0).version(), 15);
}

TEST(OnnxWriter, TheIrVersionFollowsTheTypes) {
  const TempDir dir;
  const auto ir = [&](const std::string& type, const std::string& value) {
    WriteOptions options;
    options.force = true;
    onnx::write(model_of("input x: float32[1]\nconst c: " + type + "[1] = [" + value +
                         "]\ny: float32[1] = Relu(x)\nz = com.acme::Use(c)\noutput y\noutput z\n"),
                dir.at("t.onnx"), options);
    return decode(dir.at("t.onnx")).ir_version();
  };
  EXPECT_GE(ir("int4", "1"), 10);
  EXPECT_GE(ir("f8e4m3fn", "1"), 9);
  EXPECT_GE(ir("int2", "1"), 13);
  EXPECT_LE(ir("float32", "1"), 4);
}

TEST(OnnxWriter, ConstantsThatAreOutputsAreMadeByNodes) {
  const TempDir dir;
  onnx::write(model_of("const c: float32[2] = [1, 2]\noutput c\n", 13), dir.at("c.onnx"), {});
  const schema::ModelProto p = decode(dir.at("c.onnx"));
  ASSERT_EQ(p.graph().node_size(), 1);
  EXPECT_EQ(p.graph().node(0).op_type(), "Constant");
  EXPECT_EQ(p.graph().node(0).output(0), "c");
  EXPECT_EQ(p.graph().initializer_size(), 0);
}

TEST(OnnxWriter, NoTwoNodesHaveOneName) {
  const TempDir dir;
  onnx::write(model_of("input x: float32[2]\na = Relu(x) @n\nb = Relu(a) @n\nc = Relu(b) @n_1\ny: "
                       "float32[2] = Relu(c) @n\noutput y\n",
                       13),
              dir.at("n.onnx"), {});
  std::set<std::string> names;
  const schema::ModelProto p = decode(dir.at("n.onnx"));
  for (const auto& node : p.graph().node()) names.insert(node.name());
  EXPECT_EQ(names.size(), 4U);
  EXPECT_EQ(names.count("n"), 1U);
}

TEST(OnnxWriter, LargeWeightsGoBesideTheModelAndComeBack) {
  const TempDir dir;
  const std::string text =
      "input x: float32[1,600]\nconst w: float32[600,600] = rand(1)\nconst b: float32[600] = "
      "rand(2)\nconst s: float32[1] = [2]\nm = MatMul(x, w)\na = Add(m, b)\ny: float32[1,600] = "
      "Mul(a, s)\noutput y\n";
  const Model m = model_of(text, 13);
  WriteOptions options;
  options.external_above_bytes = 1000;
  onnx::write(m, dir.at("big.onnx"), options);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    names.push_back(entry.path().filename().string());
  }
  ASSERT_EQ(names.size(), 2U);
  EXPECT_LT(std::filesystem::file_size(dir.at("big.onnx")), 2000U);
  const schema::ModelProto p = decode(dir.at("big.onnx"));
  for (const auto& tensor : p.graph().initializer()) {
    EXPECT_EQ(tensor.data_location(), tensor.name() == "s" ? 0 : 1) << tensor.name();
    for (const auto& e : tensor.external_data()) {
      if (e.key() != "offset") continue;
      EXPECT_EQ(std::stoull(e.value()) % 4096, 0U);
    }
  }
  const std::string bytes = slurp(dir.at("big.onnx"));
  const Model back =
      onnx::read_bytes(std::as_bytes(std::span(bytes.data(), bytes.size())), dir.at("big.onnx"));
  for (const char* name : {"w", "b", "s"}) {
    EXPECT_TRUE(identical(back.graph->find(name)->constant(), m.graph->find(name)->constant()));
  }
}

TEST(OnnxWriter, NothingIsReplacedWithoutForceAndNothingIsLeftBehind) {
  const TempDir dir;
  dir.write("m.onnx", "precious");
  EXPECT_EQ(fault_of(model_of(kSmall, 13), dir.at("m.onnx"), {}), Fault::cannot_create);
  EXPECT_EQ(slurp(dir.at("m.onnx")), "precious");
  EXPECT_EQ(fault_of(model_of(kSmall, 13), dir.at("none/m.onnx"), {}), Fault::cannot_create);
  WriteOptions old;
  old.opset = 9;
  old.force = true;
  const Model strange = model_of(
      "input x: float32[2]\nconst k: int4[2] = [1, 2]\nconst s: float32[] = [1]\ny: float32[2] = "
      "DequantizeLinear(k, s)\nz = Add(x, y)\noutput z\n");
  EXPECT_EQ(fault_of(strange, dir.at("m.onnx"), old), Fault::unsupported);
  EXPECT_EQ(slurp(dir.at("m.onnx")), "precious");
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& e : std::filesystem::directory_iterator(dir.path())) ++files;
  EXPECT_EQ(files, 1U);
  WriteOptions force;
  force.force = true;
  onnx::write(model_of(kSmall, 13), dir.at("m.onnx"), force);
  EXPECT_EQ(decode(dir.at("m.onnx")).graph().node_size(), 2);
}

}  // namespace
}  // namespace pare
