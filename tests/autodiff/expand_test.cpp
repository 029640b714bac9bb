#include "autodiff/expand.hpp"

#include <gtest/gtest.h>

#include "ir/infer.hpp"
#include "ir/text.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

TEST(ExpandGradientNodes, ResultsKeepTheirNamesAndReaders) {
  const auto graph = parse_graph(R"(
    input a: float32[]
    input b: float32[]
    c = Add(a, b)
    d = Mul(c, a)
    da, db = ai.onnx.preview.training::Gradient(a, b) {xs = ["a", "b"], y = "d"}
    e = Neg(da)
    output d
    output da
    output db
    output e)");
  EXPECT_EQ(expand_gradient_nodes(*graph, op_registry()), 1U);
  EXPECT_TRUE(verify(*graph, op_registry()).empty());
  EXPECT_TRUE(unsupported_operators(*graph, op_registry()).empty());
  EXPECT_EQ(graph->outputs()[1]->name(), "da");
  EXPECT_EQ(graph->outputs()[2]->name(), "db");
  const auto got =
      interpret(*graph, op_registry(), {Tensor::scalar<float>(3), Tensor::scalar<float>(4)});
  // d = (a + b) a: 2 a + b and a.
  EXPECT_EQ(got[0].item<float>(), 21);
  EXPECT_EQ(got[1].item<float>(), 10);
  EXPECT_EQ(got[2].item<float>(), 3);
  EXPECT_EQ(got[3].item<float>(), -10);
  EXPECT_EQ(expand_gradient_nodes(*graph, op_registry()), 0U);
}

TEST(ExpandGradientNodes, OneMayReadWhatAnotherMade) {
  const auto graph = parse_graph(R"(
    input a: float32[]
    s = Mul(a, a)
    c = Mul(s, a)
    first = ai.onnx.preview.training::Gradient(a) {xs = ["a"], y = "c"}
    t = Mul(first, a)
    second = ai.onnx.preview.training::Gradient(a) {xs = ["a"], y = "t"}
    output second)");
  EXPECT_EQ(expand_gradient_nodes(*graph, op_registry()), 2U);
  // t = 3 a^3.
  EXPECT_EQ(interpret(*graph, op_registry(), {Tensor::scalar<float>(2)})[0].item<float>(), 36);
}

TEST(ExpandGradientNodes, Refusals) {
  const auto fault = [](const char* node) {
    const auto graph = parse_graph(cat(R"(
    input a: float32[]
    input b: float32[]
    c = Mul(a, b)
    )",
                                       node, " output d"));
    try {
      expand_gradient_nodes(*graph, op_registry());
    } catch (const Error& error) {
      return error.fault();
    }
    return Fault::internal;
  };
  const auto gradient = [&](const char* rest) {
    return fault(cat("d = ai.onnx.preview.training::Gradient", rest).c_str());
  };
  EXPECT_EQ(gradient("(a) {xs = [\"a\"], y = \"z\"}"), Fault::corrupt);
  EXPECT_EQ(gradient("(a) {xs = [\"z\"], y = \"c\"}"), Fault::corrupt);
  EXPECT_EQ(gradient("(a) {xs = [\"a\", \"b\"], y = \"c\"}"), Fault::corrupt);
  EXPECT_EQ(gradient("(a) {xs = [\"a\"]}"), Fault::corrupt);
  EXPECT_EQ(gradient("(b) {xs = [\"a\"], y = \"c\"}"), Fault::unsupported);
}

}  // namespace
}  // namespace pare
