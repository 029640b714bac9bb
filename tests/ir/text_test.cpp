#include "ir/text.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.hpp"

namespace pare {
namespace {

std::string message_of(std::string_view text) {
  try {
    parse_graph(text);
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::corrupt);
    return e.what();
  }
  return "no error";
}

TEST(GraphText, PrintsWhatItRead) {
  const std::string text =
      "name \"net\"\n"
      "input x: float32[N,3,2*N+1,?]\n"
      "input \"odd name\": seq(int64[...])\n"
      "const w: float32[2,2] = [1, -2.5, 0.1, 1e+30]\n"
      "const q: uint4[3] = bytes(2103)\n"
      "const s: string[2] = [\"a\\\"b\", \"\\x01\"]\n";
  const std::string good =
      text +
      "a: float32[N], _, c = com.acme::Three(x, _, w) {f = 1.0, i = 1, l = [1, 2], r = [0.5, 2.0], "
      "s = \"t\", t = tensor(int64[2], [3, 4]), ty = type(float16[...]), v = [\"p\", \"q\"]} "
      "@node\n"
      "y = Neg(a)\n"
      "output y\n"
      "output c\n";
  EXPECT_EQ(print_graph(*parse_graph(good)), good);
}

TEST(GraphText, BodiesRoundTrip) {
  const std::string text =
      "input c: bool[]\n"
      "input x: float32[2]\n"
      "y = If(c) {bodies = graphs[graph {\n"
      "  output x\n"
      "}], else_branch = graph {\n"
      "  name \"other\"\n"
      "  input i: int64[]\n"
      "  const k: float32[1] = [1]\n"
      "  e = Neg(x) {none = ints[], nothing = floats[], nowhere = texts[]}\n"
      "  output e\n"
      "}, tensors = tensors[tensor(bool[1], [1]), tensor(int8[0], [])]}\n"
      "output y\n";
  EXPECT_EQ(print_graph(*parse_graph(text)), text);
}

TEST(GraphText, EveryFloatComesBackBitForBit) {
  std::vector<float> values = {0.0F,
                               -0.0F,
                               1.0F / 3,
                               std::numeric_limits<float>::denorm_min(),
                               std::numeric_limits<float>::max(),
                               -std::numeric_limits<float>::infinity()};
  for (int i = 0; i < 200; ++i)
    values.push_back(std::ldexp(1.0F + 0.01F * static_cast<float>(i), i - 100));
  Graph g;
  g.add_output(
      g.add_constant(Tensor::of<float>({static_cast<std::int64_t>(values.size())}, values), "c"));
  const auto back = parse_graph(print_graph(g));
  EXPECT_TRUE(identical(back->find("c")->constant(), g.find("c")->constant()));
}

TEST(GraphText, EveryElementTypeComesBack) {
  for (const char* type : {"bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64",
                           "uint64", "float16", "bfloat16", "float32", "float64"}) {
    const std::string text = cat("const c: ", type, "[3] = [0, 1, 1]\noutput c\n");
    EXPECT_EQ(print_graph(*parse_graph(text)), text);
  }
  for (const char* type : {"int4", "float8e4m3fn", "complex64"}) {
    if (!dtype_by_name(type).valid()) continue;
    Tensor t(dtype_by_name(type), {5});
    t.mutable_bytes()[1] = std::byte{0x21};
    Graph g;
    g.add_output(g.add_constant(t, "c"));
    EXPECT_TRUE(identical(parse_graph(print_graph(g))->find("c")->constant(), t)) << type;
  }
  const std::string large = "const c: uint64[1] = [18446744073709551615]\noutput c\n";
  EXPECT_EQ(print_graph(*parse_graph(large)), large);
}

TEST(GraphText, SizesAreExpressions) {
  const auto g = parse_graph(
      "input x: float32[(N+1)*2-2, floor((N-1)/2)+1, \"batch size\", 2*(3+4)] output x");
  const SymShape& shape = *g->find("x")->type().shape;
  const Dim n = Dim::symbol("N");
  EXPECT_TRUE(shape[0] == Dim(2) * n);
  EXPECT_TRUE(shape[1] == floor_div(n + Dim(1), 2));
  EXPECT_TRUE(shape[2] == Dim::symbol("batch size"));
  EXPECT_TRUE(shape[3].is(14));
  EXPECT_TRUE(*parse_graph(print_graph(*g))->find("x")->type().shape == shape);
}

TEST(GraphText, GeneratedConstantsAreSeeded) {
  const auto read = [](const std::string& how) {
    return parse_graph("const c: float32[100] = " + how + " output c")->find("c")->constant();
  };
  EXPECT_TRUE(identical(read("rand(1)"), read("rand(1)")));
  EXPECT_FALSE(identical(read("rand(1)"), read("rand(2)")));
  const Tensor some = read("rand(3, 5, 6)");
  for (const float v : some.data<float>()) {
    EXPECT_GE(v, 5.0F);
    EXPECT_LE(v, 6.0F);
  }
  const Tensor same = read("fill(2.5)");
  for (const float v : same.data<float>()) EXPECT_EQ(v, 2.5F);
}

TEST(GraphText, WordsOfTheLanguageMayNameValues) {
  const auto g = parse_graph(
      "input input: float32[1]\nconst \"const\": float32[1] = [1]\n"
      "output = Add(\"input\", \"const\")\noutput \"output\"");
  EXPECT_EQ(g->outputs()[0]->name(), "output");
  EXPECT_EQ(print_graph(*parse_graph(print_graph(*g))), print_graph(*g));
}

TEST(GraphText, LongConstantsMayBeCut) {
  const auto g = parse_graph("const c: float32[3] = [1, 2, 3] output c");
  EXPECT_EQ(print_graph(*g, {.most_values = 2}), "const c: float32[3] = ...\noutput c\n");
}

TEST(GraphText, ErrorsNameLineColumnAndWhatIsWanted) {
  EXPECT_NE(message_of("input x: float32[2]\ny = Neg(z)\n")
                .find("line 2, column 9: want the name of a value above, got 'z)'"),
            std::string::npos)
      << message_of("input x: float32[2]\ny = Neg(z)\n");
  for (const char* text : {"input",
                           "input x",
                           "input x: float33[2]",
                           "input x: float32[2",
                           "input x: float32[2,]",
                           "const c: float32[2] = [1]",
                           "const c: float32[2] = [1, x]",
                           "const c: int8[N] = [1]",
                           "const c: int8[1] = bytes(0)",
                           "const c: float32[1] = rand()",
                           "const c: float32[16777217] = rand(1)",
                           "const c: int8[4096,4097] = fill(1)",
                           "y = Neg(",
                           "y = Neg() {",
                           "y = Neg() {a}",
                           "y = Neg() {a = }",
                           "y = Neg() {a = [}",
                           "y = Neg() {a = []}",
                           "y = Neg() {a = [1, 0.5]}",
                           "y = Neg() {a = graph}",
                           "y = Neg() @",
                           "y Neg()",
                           "output z",
                           "x = Neg() x = Neg()",
                           "\"unclosed",
                           "}",
                           "y = Neg() {a = \"\\xg0\"}",
                           "const c: int64[1] = [99999999999999999999]",
                           "const c: float32[1000000000] = fill(1)"}) {
    const std::string message = message_of(text);
    EXPECT_NE(message.find("line 1, column "), std::string::npos) << text << ": " << message;
  }
}

TEST(GraphText, EveryPrefixIsReadOrRefused) {
  const std::string text =
      "input x: float32[2*N,floor((N-1)/2)] const w: int8[2] = [1, 2] "
      "y: float32[2], _ = a.b::Op(x, _, w) {g = graph {v = Neg(x) output v}, t = \"\\n\"} @n "
      "output y";
  for (std::size_t i = 0; i <= text.size(); ++i) {
    try {
      parse_graph(text.substr(0, i));
    } catch (const Error& e) {
      EXPECT_EQ(e.fault(), Fault::corrupt) << text.substr(0, i);
    }
  }
}

TEST(GraphText, DeepNestingIsRefused) {
  std::string text = "input x: float32[";
  for (int i = 0; i < 100000; ++i) text += "(";
  EXPECT_NE(message_of(text).find("at most 64 levels"), std::string::npos);
}

}  // namespace
}  // namespace pare
