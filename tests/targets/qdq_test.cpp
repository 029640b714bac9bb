#include "targets/qdq.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pare {
namespace {

using testing::HasSubstr;

const TargetDef& onnxruntime() { return *choose_target("onnxruntime").target; }

/// A MatMul, Conv or other operator between quantizers, changed a little by each test.
class QdqForm : public testing::Test {
 protected:
  Value* dequantized(ElementKind codes, const std::string& name, bool zero_point = true) {
    const DType type = dtype_of(codes);
    Value* x = g_.add_input(name, ValueType(type, SymShape{4, 4}));
    std::vector<Value*> inputs = {x, scale()};
    if (zero_point) inputs.push_back(g_.add_constant(Tensor(type, Shape{}), "zero"));
    Value* y = g_.add_node({.op = "DequantizeLinear", .inputs = inputs})->output();
    y->set_type(ValueType(dtype_of(ElementKind::f32), SymShape{4, 4}));
    return y;
  }
  Value* scale() { return g_.add_constant(Tensor::scalar(0.5F), "scale"); }
  Node* node(const std::string& op, std::vector<Value*> inputs) {
    return g_.add_node({.op = op, .inputs = std::move(inputs)});
  }
  void quantize(Node* of, ElementKind codes) {
    Value* zero = g_.add_constant(Tensor(codes, Shape{}), "zero");
    g_.add_output(
        g_.add_node({.op = "QuantizeLinear", .inputs = {of->output(), scale(), zero}})->output());
  }
  static Support judge(const Node* n) { return onnxruntime().supports(*n, {}); }

  Graph g_;
  static constexpr ElementKind u8 = ElementKind::u8;
  static constexpr ElementKind i8 = ElementKind::i8;
};

TEST_F(QdqForm, ConvBetweenQuantizersRunsOnIntegers) {
  Node* conv = node("Conv", {dequantized(u8, "x"), dequantized(i8, "w")});
  quantize(conv, u8);
  EXPECT_TRUE(judge(conv).accelerated) << judge(conv).reason;
  EXPECT_TRUE(judge(conv).runs);
}

TEST_F(QdqForm, FloatInputStaysFloat) {
  Value* x = g_.add_input("x", ValueType(dtype_of(ElementKind::f32), SymShape{4, 4}));
  Node* conv = node("Conv", {x, dequantized(i8, "w")});
  quantize(conv, u8);
  EXPECT_FALSE(judge(conv).accelerated);
  EXPECT_THAT(judge(conv).reason, HasSubstr("input 0"));
}

TEST_F(QdqForm, ConvWithoutOutputQuantizerStaysFloatButProductsDoNot) {
  Node* conv = node("Conv", {dequantized(u8, "x"), dequantized(i8, "w")});
  g_.add_output(conv->output());
  EXPECT_FALSE(judge(conv).accelerated);
  Node* product = node("MatMul", {dequantized(u8, "a"), dequantized(i8, "b")});
  g_.add_output(product->output());
  EXPECT_TRUE(judge(product).accelerated) << judge(product).reason;
  Node* gemm = node("Gemm", {dequantized(u8, "c"), dequantized(i8, "d")});
  g_.add_output(gemm->output());
  EXPECT_TRUE(judge(gemm).accelerated) << judge(gemm).reason;
}

TEST_F(QdqForm, SharedDequantizerBlocksTheFusion) {
  Value* x = dequantized(u8, "x");
  Node* conv = node("Conv", {x, dequantized(i8, "w")});
  quantize(conv, u8);
  EXPECT_TRUE(judge(conv).accelerated);
  g_.add_output(node("Relu", {x})->output());
  EXPECT_FALSE(judge(conv).accelerated);
  EXPECT_THAT(judge(conv).reason, HasSubstr("another reader"));
}

TEST_F(QdqForm, SecondReaderOfTheResultBlocksTheFusion) {
  Node* conv = node("Conv", {dequantized(u8, "x"), dequantized(i8, "w")});
  quantize(conv, u8);
  g_.add_output(node("Relu", {conv->output()})->output());
  EXPECT_FALSE(judge(conv).accelerated);
}

TEST_F(QdqForm, TypesMustFit) {
  Node* signed_by_unsigned = node("Gemm", {dequantized(i8, "x"), dequantized(u8, "w")});
  quantize(signed_by_unsigned, i8);
  EXPECT_THAT(judge(signed_by_unsigned).reason, HasSubstr("int8 weights"));
  Node* changes_type = node("Conv", {dequantized(u8, "x2"), dequantized(i8, "w2")});
  quantize(changes_type, i8);
  EXPECT_THAT(judge(changes_type).reason, HasSubstr("different integer types"));
  Node* wide = node("Conv", {dequantized(ElementKind::i16, "x3"), dequantized(i8, "w3")});
  quantize(wide, ElementKind::i16);
  EXPECT_THAT(judge(wide).reason, HasSubstr("not 8-bit"));
}

TEST_F(QdqForm, BiasMustBeDequantized) {
  Value* bias = g_.add_constant(Tensor::of<float>({4}, {1, 2, 3, 4}), "bias");
  Node* conv = node("Conv", {dequantized(u8, "x"), dequantized(i8, "w"), bias});
  quantize(conv, u8);
  EXPECT_THAT(judge(conv).reason, HasSubstr("bias"));
}

TEST_F(QdqForm, GemmNeedsExplicitZeroPointsAndUnitFactors) {
  Node* bare = node("Gemm", {dequantized(u8, "x"), dequantized(i8, "w", /*zero_point=*/false)});
  quantize(bare, u8);
  EXPECT_THAT(judge(bare).reason, HasSubstr("explicit zero points"));
  Node* scaled = node("Gemm", {dequantized(u8, "x2"), dequantized(i8, "w2")});
  scaled->set_attribute("alpha", 2.0F);
  quantize(scaled, u8);
  EXPECT_THAT(judge(scaled).reason, HasSubstr("alpha"));
  Node* good = node("Gemm", {dequantized(u8, "x3"), dequantized(i8, "w3")});
  quantize(good, u8);
  EXPECT_TRUE(judge(good).accelerated) << judge(good).reason;
}

TEST_F(QdqForm, ConcatNeedsEveryInputDequantized) {
  Value* plain = g_.add_input("p", ValueType(dtype_of(ElementKind::f32), SymShape{4, 4}));
  Node* mixed = node("Concat", {dequantized(u8, "x"), plain});
  quantize(mixed, u8);
  EXPECT_FALSE(judge(mixed).accelerated);
  Node* pure = node("Concat", {dequantized(u8, "a"), dequantized(u8, "b")});
  quantize(pure, u8);
  EXPECT_TRUE(judge(pure).accelerated);
}

TEST_F(QdqForm, OperatorsWithoutIntegerKernelStayFloat) {
  Node* erf = node("Erf", {dequantized(u8, "x")});
  quantize(erf, u8);
  EXPECT_FALSE(judge(erf).accelerated);
  EXPECT_TRUE(judge(erf).runs);
}

}  // namespace
}  // namespace pare
