#include "runtime/check.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;
using enum ElementKind;

std::vector<float> some_scales(std::int64_t n) {
  std::vector<float> s;
  for (std::int64_t i = 0; i < n; ++i) s.push_back(0.001F + 0.0001F * static_cast<float>(i % 7));
  return s;
}

bool convolves_integers(const Compared& r) {
  return r.has("onednn:conv_int8") || r.has("native:window_int8");
}

struct ConvCase {
  Shape x, w;
  Ints strides, pads;
  std::int64_t group = 1;
};

const std::vector<ConvCase>& conv_cases() {
  static const std::vector<ConvCase> kCases = {
      {{1, 3, 17, 19}, {16, 3, 3, 3}, {2, 2}, {1, 1, 1, 1}, 1},
      {{2, 16, 9, 9}, {24, 16, 1, 1}, {1, 1}, {0, 0, 0, 0}, 1},
      {{1, 32, 12, 11}, {32, 1, 3, 3}, {1, 1}, {1, 1, 1, 1}, 32},
      {{1, 17, 12, 11}, {17, 1, 5, 5}, {2, 2}, {2, 1, 2, 3}, 17},
      {{1, 12, 14, 14}, {18, 4, 3, 3}, {1, 1}, {0, 1, 2, 0}, 3}};
  return kCases;
}

/// DQ(x), DQ(w), DQ(b) -> Conv; x_scale is the scale of its input.
Value* add_conv(Builder& b, Value* x, const ConvCase& c, float x_scale) {
  std::vector<float> scales = some_scales(c.w[0]);
  Value* w = b.int8_weights(c.w, scales);
  for (float& s : scales) s *= x_scale;
  return b.node("Conv", {x, w, b.int32_bias(scales)},
                {{"strides", c.strides}, {"pads", c.pads}, {"group", c.group}});
}

struct Codes {
  ElementKind kind;
  std::int64_t x_zero, y_zero;
};
const Codes kCodes[] = {{u8, 0, 0}, {u8, 128, 0}, {u8, 77, 131}, {i8, 0, 0}, {i8, -128, -20}};

TEST(Int8Kernels, ConvolutionsRunAsIntegersWithinOneStep) {
  for (const ConvCase& c : conv_cases()) {
    for (const Codes& q : kCodes) {
      Builder b;
      Value* x = b.fake(b.input("x", c.x), 0.02F, q.x_zero, q.kind);
      b.graph.add_output(b.quantize(add_conv(b, x, c, 0.02F), 0.05F, q.y_zero, q.kind));
      const Compared r = run_both(b.graph, {b.random(c.x, 3)});
      const bool by_channel = c.group == c.x[1] && c.w[0] == c.x[1];
      EXPECT_TRUE(by_channel ? r.has("native:depthwise_int8") : convolves_integers(r))
          << r.kernels() << r.refusals();
      expect_steps(r);
    }
  }
}

TEST(Int8Kernels, ActivationsBehindConvolutionsStayQuantized) {
  const ConvCase c = conv_cases()[1];
  const std::vector<std::pair<std::string, Attributes>> acts = {
      {"Relu", {}}, {"LeakyRelu", {{"alpha", 0.1F}}}, {"Sigmoid", {}}, {"HardSwish", {}}};
  for (const auto& [op, attributes] : acts) {
    for (const Codes& q : kCodes) {
      Builder b;
      Value* x = b.fake(b.input("x", c.x), 0.02F, q.x_zero, q.kind);
      Value* y = b.node(op, {add_conv(b, x, c, 0.02F)}, attributes);
      b.graph.add_output(b.quantize(y, 0.03F, q.y_zero, q.kind));
      const Compared r = run_both(b.graph, {b.random(c.x, 3)});
      EXPECT_TRUE(convolves_integers(r)) << op << r.kernels() << r.refusals();
      EXPECT_FALSE(r.has("eltwise")) << r.kernels();
      expect_steps(r);
    }
  }
}

TEST(Int8Kernels, ResidualAddsStayQuantized) {
  const ConvCase c{{1, 16, 9, 9}, {16, 16, 3, 3}, {1, 1}, {1, 1, 1, 1}, 1};
  for (const Codes& q : kCodes) {
    for (const bool rounded_between : {true, false}) {
      Builder b;
      Value* x = b.fake(b.input("x", c.x), 0.02F, q.x_zero, q.kind);
      Value* y = add_conv(b, x, c, 0.02F);
      if (rounded_between) y = b.fake(y, 0.04F, q.y_zero, q.kind);
      Value* sum = b.node("Relu", {b.node("Add", {y, x})});
      b.graph.add_output(b.quantize(sum, 0.05F, q.y_zero, q.kind));
      const Compared r = run_both(b.graph, {b.random(c.x, 3)});
      EXPECT_TRUE(r.has("onednn:conv_int8")) << r.kernels() << r.refusals();
      EXPECT_EQ(r.has("native:binary_int8"), rounded_between) << r.kernels();
      EXPECT_FALSE(r.has("native:binary ")) << r.kernels();
      expect_steps(r, rounded_between ? 2 : 1);  // two roundings, each within a step
    }
  }
}

TEST(Int8Kernels, ProductsRunAsIntegers) {
  for (const Codes& q : kCodes) {
    for (const bool gemm : {true, false}) {
      for (const bool to_float : {true, false}) {
        Builder b;
        Value* x = b.fake(b.input("x", {5, 40}), 0.02F, q.x_zero, q.kind);
        std::vector<float> scales = some_scales(24);
        Value* w = b.int8_weights(gemm ? Shape{24, 40} : Shape{40, 24}, scales, gemm ? 0 : 1);
        for (float& s : scales) s *= 0.02F;
        Value* bias = b.int32_bias(scales);
        Value* y = gemm ? b.node("Gemm", {x, w, bias}, {{"transB", std::int64_t{1}}})
                        : b.node("Add", {b.node("MatMul", {x, w}), bias});
        b.graph.add_output(to_float ? y : b.quantize(y, 0.05F, q.y_zero, q.kind));
        const Compared r = run_both(b.graph, {b.random({5, 40}, 3)});
        EXPECT_TRUE(r.has("onednn:matmul_int8")) << r.kernels() << r.refusals();
        if (to_float) {
          expect_close(r);
        } else {
          expect_steps(r);
        }
      }
    }
  }
}

TEST(Int8Kernels, ProductsOfSeveralSequencesRunAsIntegers) {
  for (const Codes& q : kCodes) {
    for (const bool to_float : {true, false}) {
      Builder b;
      Value* x = b.fake(b.input("x", {2, 5, 40}), 0.02F, q.x_zero, q.kind);
      const std::vector<float> scales = some_scales(24);
      Value* y = b.node("MatMul", {x, b.int8_weights({40, 24}, scales, 1)});
      y = b.node("Gelu", {b.node("Add", {y, b.weights({24})})});
      b.graph.add_output(to_float ? y : b.quantize(y, 0.05F, q.y_zero, q.kind));
      const Compared r = run_both(b.graph, {b.random({2, 5, 40}, 3)});
      EXPECT_TRUE(r.has("onednn:matmul_int8")) << r.kernels() << r.refusals();
      if (to_float) {
        expect_close(r, 256);  // the library's erf is a polynomial
      } else {
        expect_steps(r);
      }
    }
  }
}

/// Both sides computed, as in attention, with all pairs of code types and zero points.
TEST(Int8Kernels, ProductsOfTwoQuantizedValuesRunAsIntegers) {
  for (const Codes& q : kCodes) {
    for (const Codes& p : kCodes) {
      for (const bool to_float : {true, false}) {
        Builder b;
        Value* x = b.fake(b.input("x", {2, 3, 17, 40}), 0.02F, q.x_zero, q.kind);
        Value* y = b.fake(b.input("y", {2, 3, 40, 19}), 0.015F, p.x_zero, p.kind);
        Value* z = b.node("MatMul", {x, y});
        b.graph.add_output(to_float ? z : b.quantize(z, 0.05F, q.y_zero, q.kind));
        const Compared r =
            run_both(b.graph, {b.random({2, 3, 17, 40}, 3), b.random({2, 3, 40, 19}, 2)});
        EXPECT_TRUE(r.has("onednn:matmul_codes")) << r.kernels() << r.refusals();
        if (to_float) {
          expect_close(r);
        } else {
          expect_steps(r);
        }
      }
    }
  }
}

TEST(Int8Kernels, TablesAndMovesAreExact) {
  const Shape shape = {2, 8, 7, 6};
  const std::vector<std::pair<std::string, Attributes>> ops = {
      {"Relu", {}},
      {"Sigmoid", {}},
      {"HardSwish", {}},
      {"Tanh", {}},
      {"Transpose", {{"perm", Ints{0, 2, 3, 1}}}},
      {"Flatten", {}},
      {"MaxPool", {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}}}};
  for (const auto& [op, attributes] : ops) {
    for (const Codes& q : kCodes) {
      Builder b;
      Value* x = b.fake(b.input("x", shape), 0.03F, q.x_zero, q.kind);
      b.graph.add_output(b.quantize(b.node(op, {x}, attributes), 0.03F, q.x_zero, q.kind));
      const Compared r = run_both(b.graph, {b.random(shape, 3)});
      EXPECT_FALSE(r.has("eltwise")) << r.kernels();
      for (const StepInfo& s : r.steps) {
        EXPECT_NE(s.op, "DequantizeLinear") << op << ": " << r.kernels() << r.refusals();
      }
      expect_steps(r, 0);
    }
  }
}

TEST(Int8Kernels, MeansAreWithinOneStep) {
  for (const Codes& q : kCodes) {
    Builder b;
    Value* x = b.fake(b.input("x", {2, 20, 7, 6}), 0.03F, q.x_zero, q.kind);
    b.graph.add_output(b.quantize(b.node("GlobalAveragePool", {x}), 0.01F, q.y_zero, q.kind));
    const Compared r = run_both(b.graph, {b.random({2, 20, 7, 6}, 3)});
    EXPECT_TRUE(r.has("native:mean_int8")) << r.kernels() << r.refusals();
    expect_steps(r);  // the reference rounds every float before it adds them
  }
}

TEST(Int8Kernels, SumsProductsAndConcatenationsAreExact) {
  const Shape shape = {2, 8, 7, 6};
  for (const Codes& q : kCodes) {
    Builder b;
    Value* x = b.fake(b.input("x", shape), 0.03F, q.x_zero, q.kind);
    Value* y = b.fake(b.input("y", shape), 0.02F, q.y_zero, q.kind);
    Value* gate = b.fake(b.input("g", {2, 8, 1, 1}), 0.01F, q.y_zero, q.kind);
    const auto out = [&](Value* v) { b.graph.add_output(b.quantize(v, 0.04F, q.y_zero, q.kind)); };
    out(b.node("Add", {x, y}));
    out(b.node("Mul", {x, y}));
    out(b.node("Mul", {x, gate}));
    out(b.node("Mul", {gate, x}));
    out(b.node("Clip", {b.node("Add", {x, y}), b.scalar(-1), b.scalar(2)}));
    out(b.node("Concat", {x, y, x}, {{"axis", std::int64_t{1}}}));
    out(b.node("Concat", {x, y}, {{"axis", std::int64_t{3}}}));
    const Compared r =
        run_both(b.graph, {b.random(shape, 3), b.random(shape, 3), b.random({2, 8, 1, 1}, 1)});
    EXPECT_FALSE(r.has("native:binary ")) << r.kernels();
    for (const StepInfo& s : r.steps) {
      EXPECT_NE(s.op, "DequantizeLinear") << r.kernels() << r.refusals();
    }
    expect_steps(r, 0);
  }
}

TEST(Int8Kernels, BiasesMasksAndColumnsAreAddedToCodes) {
  const Shape shape = {2, 3, 5, 33};
  const std::vector<Shape> others = {{33},         {1, 33},       {5, 1},    {2, 1, 1, 33},
                                     {2, 3, 5, 1}, {1, 3, 1, 33}, {3, 1, 1}, {2, 3, 1, 33}};
  for (const Codes& q : kCodes) {
    for (const Shape& other : others) {
      Builder b;
      Value* x = b.fake(b.input("x", shape), 0.03F, q.x_zero, q.kind);
      Value* y = b.fake(b.input("y", other), 0.02F, q.y_zero, q.kind);
      b.graph.add_output(b.quantize(b.node("Add", {x, y}), 0.04F, q.y_zero, q.kind));
      b.graph.add_output(b.quantize(b.node("Mul", {y, x}), 0.04F, q.y_zero, q.kind));
      const Compared r = run_both(b.graph, {b.random(shape, 3), b.random(other, 2)});
      EXPECT_TRUE(r.has("native:binary_int8")) << r.kernels();
      EXPECT_FALSE(r.has("native:binary ")) << r.kernels() << r.refusals();
      expect_steps(r, 0);
    }
  }
}

TEST(Int8Kernels, NormalisationReadsAndWritesCodes) {
  for (const Codes& q : kCodes) {
    for (const std::int64_t width : {1, 7, 33, 128, 300}) {
      const Shape shape = {2, 5, width};
      Builder b;
      Value* x = b.fake(b.input("x", shape), 0.03F, q.x_zero, q.kind);
      Value* y = b.node("LayerNormalization", {x, b.weights({width}, 2), b.weights({width})});
      b.graph.add_output(b.quantize(y, 0.02F, q.y_zero, q.kind));
      y = b.node("LayerNormalization", {x, b.weights({5, width}, 2)}, {{"axis", std::int64_t{1}}});
      b.graph.add_output(b.quantize(y, 0.02F, q.y_zero, q.kind));
      const Compared r = run_both(b.graph, {b.random(shape, 3)});
      EXPECT_TRUE(r.has("LayerNormalization=native:layer_norm_int8")) << r.kernels();
      for (const StepInfo& s : r.steps) EXPECT_NE(s.op, "DequantizeLinear") << r.kernels();
      expect_steps(r);
    }
  }
}

TEST(Int8Kernels, ResultsAreTheSameBitsForAnyNumberOfThreads) {
  const ConvCase c{{1, 32, 20, 20}, {32, 32, 3, 3}, {1, 1}, {1, 1, 1, 1}, 1};
  Builder b;
  Value* x = b.fake(b.input("x", c.x), 0.02F, 128, u8);
  Value* y = b.fake(b.node("Relu", {add_conv(b, x, c, 0.02F)}), 0.04F, 0, u8);
  b.graph.add_output(b.node("Relu", {add_conv(b, y, c, 0.04F)}));
  const Tensor in = b.random(c.x, 3);
  std::vector<Tensor> results;
  for (const int n : {1, 2, 3, 4}) {
    SessionOptions options;
    options.threads = n;
    results.push_back(Session::create(b.graph, op_registry(), options)->run({in})[0]);
    EXPECT_TRUE(identical(results.front(), results.back())) << n << " threads";
  }
}

TEST(Int8Kernels, WeightsWithoutQuantizedInputRunAsFloats) {
  Builder b;
  Value* x = b.input("x", {1, 8, 9, 9});
  b.graph.add_output(b.node("Conv", {x, b.int8_weights({16, 8, 3, 3}, some_scales(16))}));
  const Tensor input = b.random({1, 8, 9, 9});
  const Compared r = run_both(b.graph, {input}, direct_convolutions());
  EXPECT_TRUE(r.has("onednn:conv (")) << r.kernels() << r.refusals();
  expect_close(r);
  const Compared filtered = run_both(b.graph, {input});
  EXPECT_TRUE(filtered.has("native:winograd")) << filtered.kernels() << filtered.refusals();
}

}  // namespace
}  // namespace pare
