// What the differential suite has found, each in its smallest form.

#include <limits>

#include "runtime/check.hpp"

namespace pare {
namespace {

using Ints = std::vector<std::int64_t>;
constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(Found, AConvolutionWithWindowsOfPaddingAlone) {
  const auto run = [](const Shape& x, const Shape& w, const Shape& y, const Attributes& a) {
    Builder b;
    Value* v = b.node("Conv", {b.input("x", x), b.weights(w)}, a);
    b.graph.add_output(b.node("Relu", {b.node("Add", {v, b.input("r", y)})}));
    expect_close(run_both(b.graph, {b.random(x), b.random(y)}));
  };
  run({1, 16, 17, 5}, {1, 16, 2, 5}, {1, 1, 19, 5}, {{"pads", Ints{0, 2, 3, 2}}});
  run({3, 51, 7, 3, 7}, {21, 17, 1, 3, 2}, {3, 21, 3, 2, 2},
      {{"pads", Ints{2, 2, 2, 0, 2, 2}},
       {"strides", Ints{3, 3, 5}},
       {"dilations", Ints{2, 1, 1}},
       {"group", std::int64_t{3}}});
}

TEST(Found, PoolsWithWindowsOfPaddingAlone) {
  Builder b;
  Value* x = b.input("x", {1, 3, 1});
  b.graph.add_output(b.node("MaxPool", {x},
                            {{"kernel_shape", Ints{2}},
                             {"dilations", Ints{2}},
                             {"auto_pad", std::string("SAME_UPPER")}}));
  const Compared c = run_both(b.graph, {b.random({1, 3, 1})});
  EXPECT_EQ(c.fast[0].to_floats(), c.meaning[0].to_floats());
}

TEST(Found, QuantizeLinearRoundsItsQuotientToAnotherPrecision) {
  Builder b;
  Value* x = b.input("x", {200});
  b.graph.add_output(b.node("QuantizeLinear",
                            {x, b.scalar(0.0283F), b.zero_point(120, ElementKind::u8)},
                            {{"precision", static_cast<std::int64_t>(ElementKind::f16)}}));
  expect_steps(run_both(b.graph, {b.random({200}, 4)}), 0);
}

TEST(Found, FunctionsKeepNaN) {
  const Tensor x = Tensor::of<float>({6}, {kNan, 1, -1, kInf, -kInf, 0});
  for (const char* op : {"Relu", "Exp", "Clip"}) {
    Builder b;
    std::vector<Value*> in = {b.input("x", {6})};
    if (op == std::string("Clip")) in.insert(in.end(), {b.scalar(-0.5F), b.scalar(2)});
    b.graph.add_output(b.node(op, in));
    const Compared c = run_both(b.graph, {x});
    EXPECT_TRUE(c.has("functions")) << c.kernels();  // native:functions or vector_functions
    EXPECT_TRUE(std::isnan(c.fast[0].to_floats()[0])) << op;
    expect_close(c, 4);
  }
  const Tensor other = Tensor::of<float>({6}, {1, kNan, 2, -kInf, kInf, kNan});
  for (const char* op : {"Max", "Min"}) {
    Builder b;
    b.graph.add_output(b.node(op, {b.input("a", {6}), b.input("b", {6})}));
    const Compared c = run_both(b.graph, {x, other});
    EXPECT_TRUE(c.has("native:extremes")) << c.kernels();
    for (const std::size_t i : {0U, 1U, 5U}) EXPECT_TRUE(std::isnan(c.fast[0].to_floats()[i]));
    expect_close(c, 0);
  }
}

TEST(Found, ExpIsExactOverItsWholeRange) {
  Tensor x(ElementKind::f32, {40001});
  const auto v = x.mutable_data<float>();
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<float>(i) * 0.005F - 105.0F;
  Builder b;
  b.graph.add_output(b.node("Exp", {b.input("x", {40001})}));
  const Compared c = run_both(b.graph, {x});
  const std::vector<double> y = c.fast[0].to_doubles();
  const std::vector<double> want = c.meaning[0].to_doubles();
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (std::isinf(want[i])) {
      ASSERT_TRUE(std::isinf(y[i])) << v[i];
    } else {  // 3 ulp, of the least normal number below it
      ASSERT_NEAR(y[i], want[i], 3 * 0x1p-23 * std::max(want[i], 0x1p-126)) << v[i];
    }
  }
}

TEST(Found, DropoutInTrainingIsNoView) {
  Builder b;
  Value* training = b.constant(Tensor::scalar(true));
  b.graph.add_output(b.node("Dropout", {b.input("x", {8}), b.scalar(0.5F), training}));
  const auto session = Session::create(b.graph, op_registry(), {});
  const auto steps = [&] {
    try {
      session->run({b.random({8})});
    } catch (const Error&) {
    }
    return session->steps();
  }();
  ASSERT_FALSE(steps.empty());
  EXPECT_EQ(steps[0].kernel, "reference");
}

/// Graphs that verify() would refuse: kernels of the session must not trust that it was asked.
TEST(Found, OperandsOfSeveralTypesAreRefused) {
  const auto fault = [](Builder& b, Value* y, const std::vector<Tensor>& inputs) {
    b.graph.add_output(y);
    try {
      Session::create(b.graph, op_registry(), {})->run(inputs);
    } catch (const Error& error) {
      return error.fault();
    }
    ADD_FAILURE() << "nothing was thrown";
    return Fault::usage;
  };
  Builder b;
  Value* bytes = b.input("bytes", {2, 3}, ElementKind::u8);
  Value* y = b.node("Concat", {b.input("x", {2, 3}), bytes}, {{"axis", std::int64_t{1}}});
  EXPECT_EQ(fault(b, y, {Tensor(ElementKind::u8, {2, 3}), b.random({2, 3})}), Fault::corrupt);
  Builder p;
  Value* pads = p.constant(Tensor::of<std::int64_t>({2}, {1, 1}));
  y = p.node("Pad", {p.input("x", {3}), pads, p.constant(Tensor::scalar(std::uint8_t{1}))});
  EXPECT_EQ(fault(p, y, {p.random({3})}), Fault::corrupt);
}

TEST(Found, BiasesOfAnotherSizeAreRefused) {
  for (const std::int64_t size : {2, 4, 5}) {
    for (const std::string op : {"Conv", "ConvTranspose"}) {
      Builder b;
      b.graph.add_output(
          b.node(op, {b.input("x", {1, 3, 4, 4}), b.weights({3, 3, 2, 2}), b.weights({size})}));
      try {
        Session::create(b.graph, op_registry(), {})->run({b.random({1, 3, 4, 4})});
        ADD_FAILURE() << op << " with " << size;
      } catch (const Error& error) {
        EXPECT_EQ(error.fault(), Fault::corrupt) << error.what();
      }
    }
  }
}

}  // namespace
}  // namespace pare
