#include "ops/elementwise.hpp"

namespace pare {
namespace {

/// By hand: channel 0 has the kernel (1, 2, 3), channel 1 (1, 0, -1).
const Tensor kWeight = Tensor::of<float>({2, 1, 3}, {1, 2, 3, 1, 0, -1});
const Tensor kX = Tensor::of<float>({1, 2, 4}, {1, 2, 3, 4, 10, 20, 30, 50});

TEST(CausalConvWithState, SeesThePastOnly) {
  const auto got = run_op("CausalConvWithState", {kX, kWeight}, {}, 2);
  expect_close(got[0], {3, 8, 14, 20, -10, -20, -20, -30}, 0);
  ASSERT_EQ(got[1].shape(), (Shape{1, 2, 2}));
  expect_close(got[1], {3, 4, 30, 50}, 0);
}

TEST(CausalConvWithState, GoesOnFromAState) {
  const Tensor past = Tensor::of<float>({1, 2, 2}, {-1, 1, 5, 0});
  const Tensor bias = Tensor::of<float>({2}, {100, -100});
  const auto got = run_op("CausalConvWithState", {kX, kWeight, bias, past}, {}, 2);
  expect_close(got[0], {104, 109, 114, 120, -105, -120, -120, -130}, 0);
  expect_close(got[1], {3, 4, 30, 50}, 0);
}

TEST(CausalConvWithState, StepByStepIsTheSame) {
  const Tensor x = noise({2, 3, 7}, 1);
  const Tensor w = noise({3, 1, 4}, 2);
  const auto all = run_op("CausalConvWithState", {x, w}, {}, 2);
  Tensor state(ElementKind::f32, {2, 3, 3});
  for (std::size_t t = 0; t < 7; ++t) {
    std::vector<float> now;
    for (std::size_t r = 0; r < 6; ++r) now.push_back(x.data<float>()[r * 7 + t]);
    const auto step =
        run_op("CausalConvWithState", {Tensor::of<float>({2, 3, 1}, now), w, {}, state}, {}, 2);
    for (std::size_t r = 0; r < 6; ++r) {
      EXPECT_EQ(step[0].data<float>()[r], all[0].data<float>()[r * 7 + t]) << t;
    }
    state = step[1];
  }
  EXPECT_TRUE(identical(state, all[1]));
}

TEST(CausalConvWithState, SwishFollows) {
  const Tensor x = Tensor::of<float>({1, 1, 2}, {1, -2});
  const Tensor w = Tensor::of<float>({1, 1, 1}, {1});
  for (const char* name : {"silu", "swish"}) {  // x sigmoid(x)
    const auto got = run_op("CausalConvWithState", {x, w}, {{"activation", std::string(name)}}, 2);
    expect_close(got[0], {0.7310586F, -0.2384058F}, 2e-7F);
    EXPECT_EQ(got[1].shape(), (Shape{1, 1, 0}));
  }
}

TEST(CausalConvWithState, ShortInputsKeepSomeOfThePast) {
  const Tensor x = Tensor::of<float>({1, 1, 1}, {7});
  const Tensor w = Tensor::of<float>({1, 1, 4}, {1, 1, 1, 1});
  const Tensor past = Tensor::of<float>({1, 1, 3}, {1, 2, 3});
  const auto got = run_op("CausalConvWithState", {x, w, {}, past}, {}, 2);
  expect_close(got[0], {13}, 0);
  expect_close(got[1], {2, 3, 7}, 0);
  expect_close(run_op("CausalConvWithState", {x, w}, {}, 2)[1], {0, 0, 7}, 0);
}

TEST(CausalConvWithState, ElementTypesSymbolsAndCost) {
  for (const ElementKind kind : {ElementKind::f16, ElementKind::bf16}) {
    const DType type = dtype_of(kind);
    const Tensor y = run_op("CausalConvWithState", {kX.cast(type), kWeight.cast(type)}, {}, 2)[0];
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {3, 8, 14, 20, -10, -20, -20, -30}, 0);
  }
  const std::vector<ValueType> types = {
      typed(ElementKind::f32, {Dim::symbol("B"), 8, Dim::symbol("L")}),
      typed(ElementKind::f32, {8, 1, 4})};
  EXPECT_EQ(to_string(infer_op("CausalConvWithState", types)), "[B,8,L]");
  EXPECT_EQ(to_string(infer_op("CausalConvWithState", types, {}, 1)), "[B,8,3]");
  OneNode one("CausalConvWithState", {kX, kWeight}, {}, 1, "");
  const auto facts = infer_shapes(one.graph, op_registry());
  EXPECT_EQ(node_cost(*one.node, op_registry(), facts).macs, 2 * 4 * 3);
}

TEST(CausalConvWithState, WrongShapesAreCorrupt) {
  const auto run = [](const std::vector<Tensor>& inputs, const char* activation = "none") {
    return fault_of([&] {
      run_unchecked("CausalConvWithState", inputs, {{"activation", std::string(activation)}}, 2);
    });
  };
  EXPECT_EQ(run({ramp({2, 4}), kWeight}), Fault::corrupt);
  EXPECT_EQ(run({kX, ramp({2, 3})}), Fault::corrupt);
  EXPECT_EQ(run({kX, ramp({3, 1, 3})}), Fault::corrupt);
  EXPECT_EQ(run({kX, ramp({2, 2, 3})}), Fault::corrupt);
  EXPECT_EQ(run({kX, ramp({2, 1, 0})}), Fault::corrupt);
  EXPECT_EQ(run({kX, kWeight, ramp({3})}), Fault::corrupt);
  EXPECT_EQ(run({kX, kWeight, {}, ramp({1, 2, 3})}), Fault::corrupt);
  EXPECT_EQ(run({kX, kWeight}, "relu"), Fault::corrupt);
}

TEST(CausalConvWithState, ContribFormMaySpreadItsTaps) {
  const char* op = "CausalConvWithState";
  const auto plain = run_op(op, {kX, kWeight}, {}, 2, "com.microsoft");
  EXPECT_TRUE(identical(plain[0], run_op(op, {kX, kWeight})[0]));
  const Tensor past = Tensor::of<float>({1, 1, 4}, {1, 2, 3, 4});
  const Tensor x = Tensor::of<float>({1, 1, 3}, {10, 20, 30});
  const Tensor w = Tensor::of<float>({1, 1, 3}, {1, 100, 10000});
  const auto got = run_op(op, {x, w, {}, past}, {{"dilation", Int{2}}}, 2, "com.microsoft");
  expect_close(got[0], {100301, 200402, 301003}, 0);
  expect_close(got[1], {4, 10, 20, 30}, 0);
  EXPECT_EQ(fault_of([&] {
              run_op(op, {x, w}, {{"dilation", Int{0}}}, 2, "com.microsoft");
            }),
            Fault::corrupt);
  for (const char* name : {"channels_last", "state_window", "ndim"}) {
    EXPECT_EQ(fault_of([&] {
                run_op(op, {x, w}, {{name, Int{2}}}, 2, "com.microsoft");
              }),
              Fault::unsupported);
  }
}

}  // namespace
}  // namespace pare
