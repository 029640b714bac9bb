#include "runtime/check.hpp"

namespace pare {
namespace {

/// y = DequantizeLinear(QuantizeLinear(x)) + the same again.
Graph& quantized(Builder& b, ElementKind kind, float scale, std::int64_t zero) {
  Value* x = b.input("x", {4, 50});
  Value* q = b.quantize(x, scale, zero, kind);
  Value* y =
      b.node("Add", {b.dequantize(q, scale, zero, kind), b.dequantize(q, scale, zero, kind)});
  b.graph.add_output(y);
  return b.graph;
}

TEST(Simulate, NarrowFormatsWithoutKernelsRunAsRoundedFloats) {
  using enum ElementKind;
  for (const ElementKind kind : {f8e4m3fn, f8e4m3fnuz, f8e5m2, f8e5m2fnuz, i16, i4, i2}) {
    Builder b;
    quantized(b, kind, 0.37F, 0);
    const Compared c = run_both(b.graph, {b.random({4, 50}, 3)});
    EXPECT_TRUE(c.has("native:fake_quantize")) << c.kernels();
    EXPECT_FALSE(c.has("reference")) << c.kernels();
    expect_close(c, 0);
  }
}

TEST(Simulate, WhatIsMoreThanAScaleStays) {
  Builder shifted;
  quantized(shifted, ElementKind::i16, 0.37F, 3);
  EXPECT_FALSE(run_both(shifted.graph, {shifted.random({4, 50})}).has("fake_quantize"));
  Builder bytes;  // has integer kernels
  quantized(bytes, ElementKind::i8, 0.37F, 0);
  EXPECT_FALSE(run_both(bytes.graph, {bytes.random({4, 50})}).has("fake_quantize"));
  Builder read;  // the codes themselves are asked for
  Value* x = read.input("x", {4});
  Value* q = read.quantize(x, 0.5F, 0, ElementKind::f8e4m3fn);
  read.graph.add_output(read.dequantize(q, 0.5F, 0, ElementKind::f8e4m3fn));
  read.graph.add_output(q);
  EXPECT_FALSE(run_both(read.graph, {read.random({4})}).has("fake_quantize"));
}

}  // namespace
}  // namespace pare
