#include "runtime/check.hpp"

namespace pare {
namespace {

using enum ElementKind;

Tensor codes(Builder& b, const Shape& shape, ElementKind kind) {
  Tensor t = b.random(shape, kind == i8 ? 127.0F : 127.5F);
  if (kind == u8) {
    for (float& x : t.mutable_data<float>()) x += 127.5F;
  }
  return t.cast(dtype_of(kind));
}

TEST(DynamicKernels, IntegerProductsAreExact) {
  for (const ElementKind x_kind : {u8, i8}) {
    for (const ElementKind w_kind : {u8, i8}) {
      for (const std::int64_t x_zero : {0, 77}) {
        const std::int64_t w_zero = w_kind == u8 ? 128 : 0;
        Builder b;
        Value* x = b.input("x", {2, 5, 40}, x_kind);
        Value* z = b.input("z", {}, x_kind);
        Value* w = b.constant(codes(b, {40, 24}, w_kind));
        b.graph.add_output(b.node("MatMulInteger", {x, w, z, b.zero_point(w_zero, w_kind)}));
        const Tensor zero = Tensor::scalar<std::int64_t>(x_zero).cast(dtype_of(x_kind));
        const Compared r = run_both(b.graph, {codes(b, {2, 5, 40}, x_kind), zero});
        EXPECT_TRUE(r.has("onednn:integer_product")) << r.refusals();
        expect_steps(r, 0);
      }
    }
  }
}

TEST(DynamicKernels, IntegerConvolutionsAreExactAlsoInThePadding) {
  for (const std::int64_t group : {1, 8}) {
    for (const std::int64_t x_zero : {0, 77, 255}) {
      Builder b;
      Value* x = b.input("x", {2, 8, 7, 9}, u8);
      Value* z = b.input("z", {}, u8);
      Value* w = b.constant(codes(b, {16, 8 / group, 3, 3}, i8));
      b.graph.add_output(b.node("ConvInteger", {x, w, z},
                                {{"pads", std::vector<std::int64_t>{1, 2, 0, 1}},
                                 {"strides", std::vector<std::int64_t>{2, 1}},
                                 {"group", group}}));
      const Tensor zero = Tensor::scalar(static_cast<std::uint8_t>(x_zero));
      const Compared r = run_both(b.graph, {codes(b, {2, 8, 7, 9}, u8), zero});
      EXPECT_FALSE(r.has("ConvInteger=reference")) << r.refusals();
      expect_steps(r, 0);
    }
  }
}

TEST(DynamicKernels, CastsToFloats) {
  for (const ElementKind from : {i8, u8, i32, i64, f16, bf16, f32, boolean}) {
    for (const ElementKind to : {f32, f16, bf16}) {
      Builder b;
      b.graph.add_output(
          b.node("Cast", {b.input("x", {7, 33}, from)}, {{"to", static_cast<std::int64_t>(to)}}));
      const Compared r = run_both(b.graph, {b.random({7, 33}, 100).cast(dtype_of(from))});
      EXPECT_FALSE(r.has("reference")) << r.refusals();
      EXPECT_TRUE(identical(r.fast[0], r.meaning[0]));
    }
  }
}

/// A graph in 16-bit floats runs as float32 inside: the exact result of the 16-bit inputs, rounded
/// once. The oracle is the same network in float32.
TEST(DynamicKernels, HalfPrecisionGraphsRunInFloat32) {
  for (const ElementKind half : {f16, bf16}) {
    Builder b;
    Builder wide;
    const auto build = [&](Builder& g, ElementKind kind) {
      Value* x = g.input("x", {1, 4, 9, 9}, kind);
      const auto weights = [&](const Shape& s) {
        return g.constant(g.random(s).cast(dtype_of(half)).cast(dtype_of(kind)));
      };
      Value* y = g.node("Relu", {g.node("Conv", {x, weights({8, 4, 3, 3}), weights({8})})});
      Value* flat = g.node("Flatten", {g.node("GlobalAveragePool", {y})});
      g.graph.add_output(g.node("Gemm", {flat, weights({8, 5}), weights({5})}));
    };
    build(b, half);
    build(wide, f32);
    const Tensor in = b.random({1, 4, 9, 9}).cast(dtype_of(half));
    const auto session = Session::create(b.graph, op_registry(), {});
    const Tensor got = session->run({in})[0];
    for (const StepInfo& s : session->steps()) EXPECT_NE(s.kernel, "reference") << s.op;
    EXPECT_EQ(got.type().name(), dtype_of(half).name());
    const std::vector<float> want =
        interpret(wide.graph, op_registry(), {in.cast(dtype_of(f32))})[0].to_floats();
    const std::vector<float> have = got.to_floats();
    for (std::size_t i = 0; i < want.size(); ++i) {
      const float ulp = half == f16 ? 0x1.0p-11F : 0x1.0p-8F;  // half a unit, and the float32 sums
      EXPECT_NEAR(have[i], want[i], 1.01F * ulp * std::abs(want[i]) + 1e-6F);
    }
  }
}

}  // namespace
}  // namespace pare
