#include <gtest/gtest.h>

#include "ir/op.hpp"
#include "ir/test_ops.hpp"
#include "ir/text.hpp"

namespace pare {
namespace {

std::vector<float> run(std::string_view text, const std::vector<Tensor>& inputs) {
  const OpRegistry ops = make_test_ops();
  return interpret(*parse_graph(text), ops, inputs).at(0).to_floats();
}

Fault fault_of(std::string_view text, const std::vector<Tensor>& inputs) {
  try {
    run(text, inputs);
  } catch (const Error& e) {
    return e.fault();
  }
  return Fault::internal;
}

const Tensor kPair = Tensor::of<float>({2}, {1, -2});

TEST(Interpret, RunsNodesInOrder) {
  EXPECT_EQ(run("input x: float32[2] const c: float32[2] = [10, 20] a = Neg(x) b = Add(a, c) "
                "y = Add(b, a) output y",
                {kPair}),
            (std::vector<float>{8, 24}));
}

TEST(Interpret, InputsAndConstantsMayBeOutputs) {
  EXPECT_EQ(run("input x: float32[2] output x", {kPair}), (std::vector<float>{1, -2}));
  EXPECT_EQ(run("const c: float32[1] = [7] output c", {}), (std::vector<float>{7}));
}

constexpr const char* kBranches =
    "input c: bool[] input x: float32[2] a = Neg(x) "
    "y = If(c) {then_branch = graph {output a}, else_branch = graph {b = Relu(a) output b}} "
    "z = Add(y, a) output z";

TEST(Interpret, BranchesReadOuterValuesWithoutFreeingThem) {
  EXPECT_EQ(run(kBranches, {Tensor::scalar(true), kPair}), (std::vector<float>{-2, 4}));
  EXPECT_EQ(run(kBranches, {Tensor::scalar(false), kPair}), (std::vector<float>{-1, 4}));
}

TEST(Interpret, BodiesRunAgainAndAgain) {
  EXPECT_EQ(run("input x: float32[2] k = Neg(x) "
                "y = Repeat(x) {count = 5, body = graph {input i: float32[2] j = Add(i, k) "
                "o = Add(j, k) output o}} output y",
                {kPair}),
            (std::vector<float>{-9, 18}));
}

TEST(Interpret, BodiesNest) {
  EXPECT_EQ(run("input c: bool[] input x: float32[2] "
                "y = Repeat(x) {count = 2, body = graph {input i: float32[2] "
                "o = If(c) {then_branch = graph {p = Add(i, x) output p}, else_branch = graph "
                "{output x}} output o}} output y",
                {Tensor::scalar(true), kPair}),
            (std::vector<float>{3, -6}));
}

TEST(Interpret, FaultsSayWhatIsWrong) {
  EXPECT_EQ(fault_of("input x: float32[2] y = Foo(x) output y", {kPair}), Fault::unsupported);
  EXPECT_EQ(fault_of("input x: float32[2] y = Shape(x) output y", {kPair}), Fault::unsupported);
  EXPECT_EQ(fault_of("input x: float32[2] y = Neg(x) output y", {}), Fault::usage);
  EXPECT_EQ(fault_of("input x: float32[2] y = Neg() output y", {kPair}), Fault::corrupt);
}

TEST(Interpret, ValuesReadTooEarlyAreCorrupt) {
  const OpRegistry ops = make_test_ops();
  const auto g = parse_graph("input x: float32[2] a = Neg(x) b = Relu(a) output b");
  g->move_before(g->find("b")->producer(), g->find("a")->producer());
  EXPECT_THROW(interpret(*g, ops, {kPair}), Error);
}

TEST(Interpret, OneNodeRunsAlone) {
  const OpRegistry ops = make_test_ops();
  const auto g = parse_graph("input x: float32[2] y = Neg(x) output y");
  EXPECT_EQ(run_reference(*g->nodes()[0], ops, {kPair})[0].to_floats(),
            (std::vector<float>{-1, 2}));
}

}  // namespace
}  // namespace pare
