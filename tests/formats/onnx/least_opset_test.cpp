// Which operator set a graph needs, and that networks survive the way down and up again.

#include "formats/onnx/version_cases.hpp"

namespace pare::onnx {
namespace {

/// Networks of several operators, and the least set that can say them.
struct Network {
  std::int64_t least = 0;
  std::string text;
};

std::vector<Network> networks() {
  const std::string image = "input x: float32[1,2,6,6]\n";
  const std::string conv =
      "const w: float32[4,2,3,3] = rand(1)\nconst b: float32[4] = rand(2)\n"
      "c = Conv(x, w, b) {pads = [1, 1, 1, 1]}\n";
  const std::string head =
      "p = GlobalAveragePool(r)\nf = Flatten(p)\nconst g: float32[4,3] = rand(3)\n"
      "const h: float32[3] = rand(4)\nl = Gemm(f, g, h)\ny = Softmax(l)\noutput y";
  const std::string six =
      "const low: float32[] = [0]\nconst high: float32[] = [6]\nr = Clip(c, low, high)\n";
  const std::string quantized =
      "const s: float32[] = [0.02]\nconst z: int8[] = [0]\nq = QuantizeLinear(x, s, z)\n"
      "d = DequantizeLinear(q, s, z)\n";
  const std::string weights = "const wq: int8[4,2,3,3] = rand(5, -100, 100)\n";
  return {
      {6, image + conv + six + head},
      {6, image + conv +
              "const sc: float32[4] = rand(5, 1, 2)\nconst v: float32[4] = fill(1)\n"
              "n = BatchNormalization(c, sc, b, b, v)\nr = Relu(n)\n" +
              head},
      {14, image + conv + "r = HardSwish(c)\n" + head},
      {10, image + quantized + weights +
               "const t: float32[] = [0.01]\n"
               "w = DequantizeLinear(wq, t)\nc = Conv(d, w)\n"
               "r = Relu(c)\n" +
               head},
      {13, image + quantized + weights +
               "const t: float32[4] = [0.01, 0.02, 0.03, 0.04]\n"
               "w = DequantizeLinear(wq, t) {axis = 0}\nc = Conv(d, w)\n"
               "r = Relu(c)\n" +
               head},
      {17,
       "input x: float32[2,3,4]\nconst s: float32[4] = rand(1)\n"
       "y = LayerNormalization(x, s, s)\noutput y"},
      {20, "input x: float32[2,3]\ny = Gelu(x)\noutput y"},
      {13, "input x: float32[2,3,4]\ny = Softmax(x) {axis = 1}\noutput y"},
      {11,
       "input x: float32[1,1,2,2]\nconst s: float32[4] = [1, 1, 2, 2]\n"
       "y = Resize(x, _, s) {mode = \"linear\"}\noutput y"},
      {6,
       "input x: float32[1,1,2,2]\nconst s: float32[4] = [1, 1, 2, 2]\n"
       "y = Resize(x, _, s) {coordinate_transformation_mode = \"asymmetric\","
       " mode = \"linear\"}\noutput y"},
      {13,
       "input x: float32[2,3]\nc = Cast(x) {to = 16}\nd = Add(c, c)\ny = Cast(d) {to = 1}\n"
       "output y"},
      {6,
       "input x: float32[2,3]\nc = Cast(x) {to = 10}\nd = Add(c, c)\ny = Cast(d) {to = 1}\n"
       "output y"},
      {14, "input x: int8[2,3]\ny = Add(x, x)\noutput y"},
      {12, "input x: int32[2,3]\nconst l: int32[] = [1]\ny = Clip(x, l)\noutput y"},
      // the last product broadcasts
      {7,
       "input x: float32[2,3]\nconst p: int64[4] = [0, 1, 0, 1]\nconst a: int64[1] = [1]\n"
       "const s: int64[1] = [1]\nconst e: int64[1] = [4]\nu = Pad(x, p)\n"
       "v = Slice(u, s, e, a)\nw = Unsqueeze(v, a)\nm = ReduceMean(w, a) {keepdims = 0}\n"
       "t, i = TopK(m, s)\ny = Mul(m, t)\noutput y"},
  };
}

TEST(LeastOpset, LeastSetsOfNetworks) {
  for (const Network& n : networks()) {
    EXPECT_EQ(least(n.text), n.least) << n.text;
  }
}

TEST(LeastOpset, NetworksComputeTheSameFromEverySetThatCanSayThem) {
  for (const Network& n : networks()) {
    std::int64_t written = 0;
    for (std::int64_t opset = kOldestOpset; opset <= kNewestOpset; ++opset) {
      SCOPED_TRACE(cat("operator set ", opset, '\n', n.text));
      const auto graph = inferred(n.text);
      try {
        downgrade(*graph, opset);
      } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::unsupported);
        EXPECT_LT(opset, n.least);
        continue;
      }
      ++written;
      expect_same_numbers(n.text, opset, 1e-5);  // a few roundings of float
    }
    EXPECT_GE(written, kNewestOpset - n.least + 1) << n.text;
  }
}

TEST(LeastOpset, OlderElementTypesOfQuantization) {
  const auto dequantized = [](const char* type, const char* scale) {
    return least(cat("input q: ", type, "[4]\nconst s: ", scale,
                     "[] = [1]\ny = DequantizeLinear(q, s)\noutput y"));
  };
  EXPECT_EQ(dequantized("int8", "float32"), 10);
  EXPECT_EQ(dequantized("f8e4m3fn", "float32"), 19);
  EXPECT_EQ(dequantized("int8", "float16"), 19);
  EXPECT_EQ(dequantized("int8", "bfloat16"), 19);
  EXPECT_EQ(dequantized("int4", "float32"), 21);
  EXPECT_EQ(dequantized("uint16", "float32"), 21);
  EXPECT_EQ(dequantized("f4e2m1", "float32"), 23);
  EXPECT_EQ(dequantized("f4e2m1", "f8e8m0"), 24);
  EXPECT_EQ(dequantized("int2", "float32"), 25);
  EXPECT_EQ(least("input q: int8[4]\nconst s: float32[2] = [1, 2]\n"
                  "y = DequantizeLinear(q, s) {axis = 0, block_size = 2}\noutput y"),
            21);
}

TEST(LeastOpset, OldModelsAreWrittenAtTheirOwnSetAgain) {
  const char* old =
      "input x: float32[1,2,4,4]\na = Clip(x) {max = 6.0, min = 0.0}\n"
      "b = Upsample(a) {mode = \"nearest\", scales = [1.0, 1.0, 2.0, 2.0]}\n"
      "c = Pad(b) {pads = [0, 0, 1, 1, 0, 0, 1, 1]}\nd = ReduceMean(c) {axes = [2, 3], keepdims = "
      "0}"
      "\ne = Unsqueeze(d) {axes = [0]}\nf = Squeeze(e) {axes = [0]}\ny = Softmax(f) {axis = 1}\n"
      "output y";
  const auto graph = upgraded(old, 7);
  infer_shapes(*graph, op_registry());
  EXPECT_LE(least_opset(*graph), 7);
  downgrade(*graph, 7);
  EXPECT_EQ(read_only(*graph), plain(old));
}

TEST(LeastOpset, AsksForTheLeastSetWithoutChangingTheGraph) {
  const char* text = "input x: float32[2]\nconst l: float32[] = [1]\ny = Clip(x, l)\noutput y";
  const auto graph = parse_graph(text);
  EXPECT_EQ(least_opset(*graph), 6);
  EXPECT_EQ(plain(*graph), plain(text));
}

TEST(LeastOpset, ConstantsThatBecameAttributesGo) {
  const std::string text =
      "input x: float32[2]\nconst l: float32[] = [1]\ny = Clip(x, l)\noutput y";
  EXPECT_EQ(downgraded(text, 9)->find("l"), nullptr);
  EXPECT_NE(downgraded(text, 11)->find("l"), nullptr);
  // nobody read z before: it is not this conversion's to remove
  EXPECT_NE(downgraded(text + "\nz = Relu(x)", 9)->find("z"), nullptr);
}

TEST(LeastOpset, BodiesAndForeignOperators) {
  const char* text =
      "input c: bool[]\nconst x: float32[2] = [-1, 9]\nu = com.acme::Softmax(x) {axis = 0}\n"
      "y = If(c) {then_branch = graph {t = Gelu(u) output t},"
      " else_branch = graph {e = Relu(u) output e}}\noutput y";
  EXPECT_EQ(least(text), 20);
  EXPECT_EQ(least("input x: float32[2]\ny = com.acme::Gelu(x)\noutput y"), kOldestOpset);
}

TEST(LeastOpset, AllProblemsAreListedAtOnce) {
  const std::string message = unsupported([] {
    downgraded("input x: float32[2,2]\na = Det(x)\nb = Trilu(x)\nc = Abs(x)\noutput a, b, c", 9);
  });
  EXPECT_THAT(message, testing::HasSubstr("Det 'a' appeared in operator set 11"));
  EXPECT_THAT(message, testing::HasSubstr("Trilu 'b' appeared in operator set 14"));
  EXPECT_THAT(message, testing::Not(testing::HasSubstr("Abs")));
}

TEST(LeastOpset, SetsThatDoNotExistAreUsageErrors) {
  auto graph = parse_graph("input x: float32[2]\ny = Relu(x)\noutput y");
  for (const std::int64_t opset : {5, 29}) {
    try {
      downgrade(*graph, opset);
      ADD_FAILURE() << opset;
    } catch (const Error& error) {
      EXPECT_EQ(error.fault(), Fault::usage);
    }
  }
}

}  // namespace
}  // namespace pare::onnx
