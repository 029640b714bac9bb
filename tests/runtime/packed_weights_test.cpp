#include "runtime/packed_weights.hpp"

#include "runtime/check.hpp"

namespace pare {
namespace {

using enum ElementKind;
using Ints = std::vector<std::int64_t>;

/// These products are small: by default only those of one or two rows would be packed.
Compared run_packed(const Graph& graph, const std::vector<Tensor>& inputs) {
  SessionOptions options;
  options.save_memory = true;
  return run_both(graph, inputs, std::move(options));
}

constexpr std::int64_t kDepth = 96;
constexpr std::int64_t kWidth = 40;

/// Codes of a type: random values of its range, packed as the type says.
Tensor codes(Builder& b, ElementKind kind, const Shape& shape) {
  const DtypeInfo& info = dtype_of(kind).info();
  const bool is_signed = info.min < 0;
  const auto size = static_cast<float>(std::min(info.max, 400.0));
  Tensor t = b.random(shape, is_signed ? size : size / 2);
  if (!is_signed) {
    for (float& x : t.mutable_data<float>()) x += size / 2;
  }
  return t.cast(dtype_of(kind));
}

enum class Scales : std::uint8_t { one, column, block };

/// DequantizeLinear of constants [K, N], or [N, K] when turned.
Value* weights(Builder& b, ElementKind kind, Scales how, bool zeros, bool turned,
               std::int64_t block = 32) {
  const Shape shape = turned ? Shape{kWidth, kDepth} : Shape{kDepth, kWidth};
  const std::int64_t blocks = (kDepth + block - 1) / block;
  Shape scales;
  Attributes attributes = {{"axis", std::int64_t{turned ? 0 : 1}}};
  if (how == Scales::column) scales = {kWidth};
  if (how == Scales::block) {
    scales = turned ? Shape{kWidth, blocks} : Shape{blocks, kWidth};
    attributes = {{"axis", std::int64_t{turned ? 1 : 0}}, {"block_size", block}};
  }
  Tensor scale = b.random(scales, 0.02F);
  for (float& s : scale.mutable_data<float>()) s = std::abs(s) + 0.01F;
  std::vector<Value*> inputs = {b.constant(codes(b, kind, shape)), b.constant(scale)};
  if (zeros) inputs.push_back(b.constant(codes(b, kind, scales)));
  return b.node("DequantizeLinear", inputs, attributes);
}

TEST(PackedWeights, ProductsOfEveryTypeOfCodesReadThemPacked) {
  for (const ElementKind kind : {i8, u8, i4, u4, i2, u2, f8e4m3fn, f8e4m3fnuz, f8e5m2, f4e2m1}) {
    for (const Scales how : {Scales::one, Scales::column, Scales::block}) {
      const bool zeros = dtype_of(kind).is_integer();
      for (const std::int64_t m : {1, 3, 11}) {
        Builder b;
        Value* x = b.input("x", {m, kDepth});
        b.graph.add_output(b.node("MatMul", {x, weights(b, kind, how, zeros, false)}));
        const Compared r = run_packed(b.graph, {b.random({m, kDepth})});
        EXPECT_TRUE(r.has("native:packed_product")) << dtype_of(kind).name() << r.refusals();
        EXPECT_EQ(r.steps.size(), 1U) << r.kernels();
        expect_close(r);
      }
    }
  }
}

TEST(PackedWeights, BlocksOfEverySize) {
  for (const std::int64_t block : {8, 16, 33, 64, 95, 96, 128}) {
    for (const bool turned : {false, true}) {
      Builder b;
      Value* x = b.input("x", {2, kDepth});
      b.graph.add_output(b.node("Gemm", {x, weights(b, u4, Scales::block, true, turned, block)},
                                {{"transB", std::int64_t{turned ? 1 : 0}}}));
      const Compared r = run_packed(b.graph, {b.random({2, kDepth})});
      EXPECT_TRUE(r.has("native:packed_product")) << r.refusals();
      expect_close(r);
    }
  }
}

TEST(PackedWeights, ABiasIsPartOfTheProductAndAnActivationFollowsIt) {
  for (const bool gemm : {false, true}) {
    Builder b;
    Value* x = b.input("x", {1, 5, kDepth});
    Value* w = weights(b, i4, Scales::block, false, false);
    Value* bias = b.weights({kWidth});
    Value* y = nullptr;
    if (gemm) {
      y = b.node("Gemm",
                 {b.node("Squeeze", {x, b.constant(Tensor::of<std::int64_t>({1}, {0}))}), w, bias});
    } else {
      y = b.node("Add", {bias, b.node("MatMul", {x, w})});
    }
    b.graph.add_output(b.node("Tanh", {y}));
    const Compared r = run_packed(b.graph, {b.random({1, 5, kDepth})});
    EXPECT_TRUE(r.has("native:packed_product")) << r.refusals();
    EXPECT_FALSE(r.has("Add=")) << r.kernels();
    expect_close(r);
  }
}

TEST(PackedWeights, TransposedAndCastWeights) {
  Builder b;
  Value* x = b.input("x", {4, kDepth});
  Value* w = b.node("Transpose", {weights(b, i8, Scales::column, false, true)});
  Value* cast = b.node("Cast", {w}, {{"to", static_cast<std::int64_t>(f32)}});
  b.graph.add_output(b.node("MatMul", {x, cast}));
  const Compared r = run_packed(b.graph, {b.random({4, kDepth})});
  EXPECT_TRUE(r.has("native:packed_product")) << r.refusals();
  EXPECT_EQ(r.steps.size(), 1U) << r.kernels();
  expect_close(r);
}

TEST(PackedWeights, PointwiseConvolutions) {
  for (const bool bias : {false, true}) {
    for (const bool block : {false, true}) {
      Builder b;
      Value* x = b.input("x", {2, kDepth, 2, 3});
      Value* q = b.constant(codes(b, i4, {kWidth, kDepth, 1, 1}));
      Value* w =
          block ? b.node("DequantizeLinear", {q, b.weights({kWidth, kDepth / 32, 1, 1})},
                         {{"axis", std::int64_t{1}}, {"block_size", std::int64_t{32}}})
                : b.node("DequantizeLinear", {q, b.weights({kWidth})}, {{"axis", std::int64_t{0}}});
      std::vector<Value*> inputs = {x, w};
      if (bias) inputs.push_back(b.weights({kWidth}));
      Value* y = b.node("Conv", inputs);
      b.graph.add_output(bias ? y : b.node("Add", {y, b.weights({kWidth, 1, 1})}));
      const Compared r = run_packed(b.graph, {b.random({2, kDepth, 2, 3})});
      EXPECT_TRUE(r.has("native:packed_product")) << r.refusals();
      EXPECT_EQ(r.steps.size(), 3U) << r.kernels();  // between two changes of the layout
      expect_close(r);
    }
  }
}

/// What is not worth it, or cannot be, runs with float weights, and says why.
TEST(PackedWeights, OtherProductsRunOnFloats) {
  const auto run = [](auto build, const Shape& shape, const std::string& reason) {
    Builder b;
    build(b, b.input("x", shape));
    const Compared r = run_both(b.graph, {b.random(shape)});
    EXPECT_FALSE(r.has("native:packed_product")) << reason;
    EXPECT_TRUE(r.has("onednn:")) << r.kernels() << r.refusals();
    EXPECT_NE(r.refusals().find(reason), std::string::npos) << reason << ": " << r.refusals();
    expect_close(r);
  };
  const auto product = [](Builder& b, Value* x) {
    Value* w = weights(b, i4, Scales::block, false, false);
    b.graph.add_output(b.node("Relu", {b.node("MatMul", {x, w})}));
  };
  run(product, {3, kDepth}, "3 rows: float32 weights are faster");
  run(product, {3, 400, kDepth}, "1200 rows: float32 weights are faster");
  run(
      [](Builder& b, Value* x) {
        b.graph.add_output(b.node("MatMul", {x, weights(b, i4, Scales::block, false, false, 4)}));
      },
      {1, kDepth}, "scales that are not per column or block of rows");
  // Exponents that a 16-bit float has for infinity alone: levels come from a table.
  run(
      [](Builder& b, Value* x) {
        Value* w = weights(b, f8e5m2fnuz, Scales::column, false, false);
        b.graph.add_output(b.node("MatMul", {x, w}));
      },
      {1, kDepth}, "faster than 256 levels in a table");
  const auto strided = [](Builder& b, Value* x) {
    Value* q = b.constant(codes(b, i8, {8, 16, 1, 1}));
    Value* w = b.node("DequantizeLinear", {q, b.scalar(0.1F)});
    b.graph.add_output(b.node("Conv", {x, w}, {{"strides", Ints{2, 2}}}));
  };
  run(strided, {1, 16, 4, 4}, "steps or padding");
}

TEST(PackedWeights, OneRowIsPackedAndManyAreToSaveMemory) {
  for (const std::int64_t m : {1, 2, 3, 200}) {
    for (const bool save : {false, true}) {
      Builder b;
      Value* x = b.input("x", {m, kDepth});
      b.graph.add_output(b.node("MatMul", {x, weights(b, i4, Scales::block, false, false)}));
      SessionOptions options;
      options.save_memory = save;
      const Compared r = run_both(b.graph, {b.random({m, kDepth})}, std::move(options));
      EXPECT_EQ(r.has("native:packed_product"), save || m < 3) << r.refusals();
      expect_close(r);
    }
  }
}

TEST(PackedWeights, WeightsThatOthersReadAreFloats) {
  Builder b;
  Value* x = b.input("x", {1, kDepth});
  Value* w = weights(b, i8, Scales::column, false, false);
  b.graph.add_output(b.node("MatMul", {x, w}));
  b.graph.add_output(b.node("Neg", {w}));
  const Compared r = run_both(b.graph, {b.random({1, kDepth})});
  EXPECT_FALSE(r.has("native:packed_product"));
  expect_close(r);
}

TEST(PackedWeights, TheyTakeNoMoreThanTheirCodesAndScales) {
  Builder b;
  Value* x = b.input("x", {1, kDepth});
  b.graph.add_output(b.node("MatMul", {x, weights(b, i4, Scales::block, false, false)}));
  const auto session = Session::create(b.graph, op_registry(), {});
  (void)session->run({b.random({1, kDepth})});
  // Columns come in panels of 16.
  EXPECT_EQ(session->weight_bytes(), kDepth * 48 / 2 + kDepth / 32 * 48 * sizeof(float));
}

struct NBits {
  std::int64_t bits = 4;
  std::int64_t block = 32;
  enum class Zeros : std::uint8_t { none, packed, real } zeros = Zeros::none;
  bool bias = false;
  std::int64_t accuracy = 0;
};

void add_n_bits(Builder& b, Value* x, const NBits& how) {
  const std::int64_t blocks = (kDepth + how.block - 1) / how.block;
  std::vector<Value*> inputs = {
      x,
      b.constant(codes(b, u8, {kWidth, blocks, how.block * how.bits / 8})),
      b.weights({kWidth, blocks}),
      nullptr,
      nullptr,
      how.bias ? b.weights({kWidth}) : nullptr};
  if (how.zeros == NBits::Zeros::packed) {
    inputs[3] = b.constant(codes(b, u8, {kWidth, (blocks * how.bits + 7) / 8}));
  }
  if (how.zeros == NBits::Zeros::real) inputs[3] = b.weights({kWidth, blocks}, 5);
  while (inputs.back() == nullptr) inputs.pop_back();
  b.graph.add_output(b.graph
                         .add_node({.op = "MatMulNBits",
                                    .inputs = inputs,
                                    .attributes = {{"K", kDepth},
                                                   {"N", kWidth},
                                                   {"bits", how.bits},
                                                   {"block_size", how.block},
                                                   {"accuracy_level", how.accuracy}},
                                    .domain = "com.microsoft"})
                         ->output());
}

TEST(PackedWeights, MatMulNBits) {
  for (const std::int64_t bits : {2, 4, 8}) {
    for (const std::int64_t block : {16, 32, 64, 128}) {
      for (const auto zeros : {NBits::Zeros::none, NBits::Zeros::packed, NBits::Zeros::real}) {
        for (const std::int64_t m : {1, 2, 40}) {
          Builder b;
          Value* x = b.input("x", {m, kDepth});
          add_n_bits(b, x, {bits, block, zeros, m == 2});
          const Compared r = run_packed(b.graph, {b.random({m, kDepth})});
          EXPECT_TRUE(r.has("native:packed_product")) << r.refusals();
          expect_close(r);
        }
      }
    }
  }
}

/// Where the model allows it, rows become 8-bit integers: each value moves by at most half of a
/// 127th of its row's greatest.
TEST(PackedWeights, MatMulNBitsOnInt8RowsWhereTheModelAllowsIt) {
  for (const std::int64_t bits : {2, 4, 8}) {
    for (const auto zeros : {NBits::Zeros::none, NBits::Zeros::packed, NBits::Zeros::real}) {
      Builder b;
      Value* x = b.input("x", {3, kDepth});
      add_n_bits(b, x, {bits, 32, zeros, true, 4});
      const Tensor input = b.random({3, kDepth});
      const Compared r = run_packed(b.graph, {input});
      const bool integers = zeros != NBits::Zeros::real;
      EXPECT_EQ(r.has("int8 rows"), integers) << r.kernels();
      if (!integers) {
        expect_close(r);
        continue;
      }
      // The sum of the magnitudes of a column, from the reference, by rows of one value each.
      Tensor unit(f32, {kDepth, kDepth});
      for (std::int64_t k = 0; k < kDepth; ++k) {
        unit.mutable_data<float>()[static_cast<std::size_t>(k * kDepth + k)] = 1;
      }
      Builder same;
      add_n_bits(same, same.input("x", {kDepth, kDepth}), {bits, 32, zeros, false, 0});
      const Tensor w = interpret(same.graph, op_registry(), {unit})[0];
      for (std::int64_t i = 0; i < 3 * kWidth; ++i) {
        double sum = 0;
        for (std::int64_t k = 0; k < kDepth; ++k) {
          sum += std::abs(w.data<float>()[static_cast<std::size_t>(k * kWidth + i % kWidth)]);
        }
        // Values are below 1.
        ASSERT_NEAR(r.fast[0].data<float>()[static_cast<std::size_t>(i)],
                    r.meaning[0].data<float>()[static_cast<std::size_t>(i)], sum / 127 / 2 * 1.001);
      }
    }
  }
}

TEST(PackedWeights, MatMulBnb4) {
  // 40 columns of 88 values: blocks of 64 end inside of columns, pieces of 8 do not.
  for (const std::int64_t depth : {std::int64_t{88}, kDepth}) {
    for (const std::int64_t type : {0, 1}) {
      for (const std::int64_t block : {16, 64}) {
        Builder b;
        Value* x = b.input("x", {3, depth});
        const std::int64_t count = depth * kWidth;
        Value* q = b.constant(codes(b, u8, {count / 2}));
        Value* peaks = b.weights({(count + block - 1) / block});
        b.graph.add_output(b.graph
                               .add_node({.op = "MatMulBnb4",
                                          .inputs = {x, q, peaks},
                                          .attributes = {{"K", depth},
                                                         {"N", kWidth},
                                                         {"block_size", block},
                                                         {"quant_type", type}},
                                          .domain = "com.microsoft"})
                               ->output());
        const Compared r = run_packed(b.graph, {b.random({3, depth})});
        EXPECT_TRUE(r.has("native:packed_product")) << r.refusals();
        expect_close(r);
      }
    }
  }
}

// --- pare.DequantizeTable, as a stand-in where the program has none

void infer_table(ShapeContext& c) { c.set_output(0, c.input_dtype(1), c.input(0).shape); }
void refuse_table(OpCall& call) { call.fail("a stand-in"); }
Cost no_cost(const ShapeContext&) { return {}; }

OpRegistry with_table() {
  OpRegistry ops = op_registry();
  if (ops.find("pare", "DequantizeTable") == nullptr) {
    ops.add(OpDef("pare", "DequantizeTable", 1)
                .input("codes", types::kAll, "T1")
                .input("table", types::kAll, "T2")
                .input("scales", types::kAll, "T2")
                .output("y", types::kAll, "T2")
                .attribute("axis", std::int64_t{1}, "")
                .attribute("block_size", std::int64_t{0}, "")
                .define(infer_table, refuse_table, no_cost));
  }
  return ops;
}

TEST(PackedWeights, TablesOfLevels) {
  const OpRegistry ops = with_table();
  for (const ElementKind kind : {u4, u8}) {
    Builder b;
    Value* x = b.input("x", {2, kDepth});
    const std::int64_t levels = kind == u4 ? 16 : 4;  // bytes need not use all their codes
    const Tensor table = b.random({levels});
    Tensor q = b.random({kDepth, kWidth}, static_cast<float>(levels) / 2 - 0.01F);
    for (float& c : q.mutable_data<float>()) c = std::floor(c + static_cast<float>(levels) / 2);
    const Tensor scales = b.random({kDepth / 16, kWidth});
    Value* w =
        b.graph
            .add_node({.op = "DequantizeTable",
                       .inputs = {b.constant(q.cast(dtype_of(kind))), b.constant(table),
                                  b.constant(scales)},
                       .attributes = {{"axis", std::int64_t{0}}, {"block_size", std::int64_t{16}}},
                       .domain = "pare"})
            ->output();
    b.graph.add_output(b.node("MatMul", {x, w}));
    const Tensor input = b.random({2, kDepth});
    const auto session = Session::create(b.graph, ops, {});
    const std::vector<float> y = session->run({input})[0].to_floats();
    EXPECT_NE(session->steps().at(0).kernel.find("native:packed_product"), std::string::npos);
    for (std::int64_t i = 0; i < 2 * kWidth; ++i) {
      double want = 0;
      double size = 0;
      for (std::int64_t k = 0; k < kDepth; ++k) {
        const auto code = q.data<float>()[static_cast<std::size_t>(k * kWidth + i % kWidth)];
        const auto block = static_cast<std::size_t>(k / 16 * kWidth + i % kWidth);
        const double product =
            static_cast<double>(table.data<float>()[static_cast<std::size_t>(code)]) *
            scales.data<float>()[block] *
            input.data<float>()[static_cast<std::size_t>(i / kWidth * kDepth + k)];
        want += product;
        size += std::abs(product);
      }
      // One half ulp of the sum of magnitudes for each term, and for table, scale and product.
      EXPECT_NEAR(y[static_cast<std::size_t>(i)], want, (kDepth + 3) * 0x1p-24 * size);
    }
  }
}

}  // namespace
}  // namespace pare
