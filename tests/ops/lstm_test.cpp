#include "ops/gradient_test.hpp"
#include "ops/recurrent_oracle.hpp"

namespace pare {
namespace {

Attributes going(const std::string& direction) { return {{"direction", direction}}; }

/// The equations of the layer; `p` holds the peepholes (input, output, forget) or is empty.
Unrolled expected(const Layer& n, const Vector& p = {}, bool coupled = false, double clip = 1e9) {
  const auto bound = [&](double v) { return std::max(-clip, std::min(clip, v)); };
  return unroll(n, [&](std::int64_t d, const Vector& x, Vector& h, Vector& c) {
    const Vector old = h;
    for (std::int64_t k = 0; k < n.hidden; ++k) {
      const auto peep = [&](std::int64_t which) {
        return p.empty() ? 0.0 : p.at((d * 3 + which) * n.hidden + k);
      };
      const auto sum = [&](std::int64_t gate) {
        return n.from_input(d, gate, k, x) + n.from_state(d, gate, k, old);
      };
      const double i = logistic(bound(sum(0) + peep(0) * c.at(k)));
      const double f = coupled ? 1 - i : logistic(bound(sum(2) + peep(2) * c.at(k)));
      c.at(k) = f * c.at(k) + i * std::tanh(bound(sum(3)));
      h.at(k) = logistic(bound(sum(1) + peep(1) * c.at(k))) * std::tanh(c.at(k));
    }
  });
}

void expect_all(const std::vector<Tensor>& got, const Unrolled& want) {
  expect_close(got.at(0), want.y, 3e-7F);
  expect_close(got.at(1), want.last_h, 3e-7F);
  expect_close(got.at(2), want.last_c, 3e-7F);
}

TEST(Lstm, EveryDirectionWithSequenceLengths) {
  for (const char* direction : {"forward", "reverse", "bidirectional"}) {
    for (const std::vector<std::int64_t>& lens : {std::vector<std::int64_t>{}, {4, 1, 0}}) {
      const Layer n(4, direction, lens);
      const auto y = run_op("LSTM", {n.x, n.w, n.r, n.b, n.lens(), n.h, n.c}, going(direction), 3);
      EXPECT_EQ(y[0].shape(), (Shape{4, n.directions, 3, 5}));
      expect_all(y, expected(n));
    }
  }
}

TEST(Lstm, PeepholesCoupledGatesAndClip) {
  const Layer n(4, "bidirectional");
  const Tensor p = noise({2, 15}, 9);
  const std::vector<Tensor> inputs = {n.x, n.w, n.r, n.b, Tensor(), n.h, n.c, p};
  Attributes a = going("bidirectional");
  expect_all(run_op("LSTM", inputs, a, 3), expected(n, p.to_doubles()));
  a["input_forget"] = Int{1};
  expect_all(run_op("LSTM", inputs, a, 3), expected(n, p.to_doubles(), true));
  a["input_forget"] = Int{0};
  a["clip"] = 0.25F;
  expect_all(run_op("LSTM", inputs, a, 3), expected(n, p.to_doubles(), false, 0.25));
}

TEST(Lstm, DefaultsAreZeros) {
  Layer n(4, "forward");
  n.b = Tensor(ElementKind::f32, n.b.shape());
  n.h = Tensor(ElementKind::f32, n.h.shape());
  n.c = n.h;
  expect_all(run_op("LSTM", {n.x, n.w, n.r}, {{"hidden_size", Int{5}}}, 3), expected(n));
}

TEST(Lstm, BatchFirstIsTheSameTurned) {
  const Layer n(4, "bidirectional", {2, 4, 3});
  const auto plain =
      run_op("LSTM", {n.x, n.w, n.r, n.b, n.lens(), n.h, n.c}, going("bidirectional"), 3);
  Attributes a = going("bidirectional");
  a["layout"] = Int{1};
  const auto y =
      run_op("LSTM", {swapped(n.x), n.w, n.r, n.b, n.lens(), swapped(n.h), swapped(n.c)}, a, 3);
  EXPECT_EQ(y[0].shape(), (Shape{3, 4, 2, 5}));
  EXPECT_TRUE(identical(y[0], run_op("Transpose", {plain[0]}, {{"perm", Ints{2, 0, 1, 3}}})[0]));
  EXPECT_TRUE(identical(y[1], swapped(plain[1])));
  EXPECT_TRUE(identical(y[2], swapped(plain[2])));
}

TEST(Lstm, OtherFunctionsWithTheirNumbers) {
  Layer n(4, "forward");
  const Attributes a = {{"activations", std::vector<std::string>{"HardSigmoid", "affine", "Relu"}},
                        {"activation_alpha", std::vector<float>{0.25F, 2.0F}},
                        {"activation_beta", std::vector<float>{0.5F, -1.0F}}};
  const auto gate = [](double v) { return std::max(0.0, std::min(1.0, 0.25 * v + 0.5)); };
  const Unrolled want = unroll(n, [&](std::int64_t d, const Vector& x, Vector& h, Vector& c) {
    const Vector old = h;
    for (std::int64_t k = 0; k < n.hidden; ++k) {
      const auto sum = [&](std::int64_t g) {
        return n.from_input(d, g, k, x) + n.from_state(d, g, k, old);
      };
      c.at(k) = gate(sum(2)) * c.at(k) + gate(sum(0)) * (2 * sum(3) - 1);
      h.at(k) = gate(sum(1)) * std::max(0.0, c.at(k));
    }
  });
  expect_all(run_op("LSTM", {n.x, n.w, n.r, n.b, Tensor(), n.h, n.c}, a, 3), want);
}

TEST(Lstm, SymbolicShapes) {
  const ValueType x = typed(ElementKind::f32, {Dim::symbol("T"), Dim::symbol("N"), 2});
  const ValueType w = typed(ElementKind::f32, {2, 20, 2});
  const ValueType r = typed(ElementKind::f32, {2, 20, 5});
  EXPECT_EQ(to_string(infer_op("LSTM", {x, w, r}, going("bidirectional"))), "[T,2,N,5]");
  EXPECT_EQ(to_string(infer_op("LSTM", {x, w, r}, going("bidirectional"), 2)), "[2,N,5]");
  Attributes a = going("bidirectional");
  a["layout"] = Int{1};
  EXPECT_EQ(to_string(infer_op("LSTM", {x, w, r}, a)), "[T,N,2,5]");
}

TEST(Lstm, WhatDoesNotFitIsCorrupt) {
  const Layer n(4, "forward");
  const auto fault = [](const std::vector<Tensor>& inputs, Attributes a) {
    return fault_of([&] { run_unchecked("LSTM", inputs, a, 3); });
  };
  const std::vector<Tensor> all = {n.x, n.w, n.r, n.b, n.lens(), n.h, n.c, noise({1, 15})};
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::vector<Tensor> bad = all;
    bad[i] = i == 4 ? Tensor(ElementKind::i32, {2}) : noise({1, 7, 3});
    EXPECT_EQ(fault(bad, {}), Fault::corrupt) << "input " << i;
  }
  std::vector<Tensor> long_one = all;
  long_one[4] = Tensor::of<std::int32_t>({3}, {1, 5, 1});
  EXPECT_EQ(fault(long_one, {}), Fault::corrupt);
  EXPECT_EQ(fault(all, going("sideways")), Fault::corrupt);
  EXPECT_EQ(fault(all, going("bidirectional")), Fault::corrupt);
  EXPECT_EQ(fault(all, {{"hidden_size", Int{6}}}), Fault::corrupt);
  EXPECT_EQ(fault(all, {{"activations", std::vector<std::string>{"Tanh"}}}), Fault::corrupt);
  EXPECT_EQ(fault(all, {{"activations", std::vector<std::string>{"Tanh", "Tanh", "Sine"}}}),
            Fault::corrupt);
}

TEST(Lstm, GradientMatchesCentralDifferences) {
  const Tensor none;
  const GradientOptions options = {.outputs = 3, .static_shapes = {0}};
  const std::vector<Tensor> inputs = {noise({2, 2, 2}),
                                      noise({2, 8, 2}, 2),
                                      noise({2, 8, 2}, 3),
                                      noise({2, 16}, 4),
                                      Tensor::of<std::int32_t>({2}, {1, 2}),
                                      noise({2, 2, 2}, 5),
                                      noise({2, 2, 2}, 6),
                                      noise({2, 6}, 7)};
  expect_gradient("LSTM", inputs, {{"direction", std::string("bidirectional")}}, options);
  expect_gradient("LSTM", {noise({3, 1, 2}), noise({1, 8, 2}, 2), noise({1, 8, 2}, 3)},
                  {{"clip", 0.5F}, {"direction", std::string("reverse")}}, options);
  const std::vector<std::string> functions = {"HardSigmoid", "Softsign", "ScaledTanh"};
  const Attributes a = {{"layout", Int{1}},
                        {"input_forget", Int{1}},
                        {"activations", functions},
                        {"activation_alpha", std::vector<float>{0.3F, 1.2F}},
                        {"activation_beta", std::vector<float>{0.4F, 0.7F}}};
  expect_gradient(
      "LSTM",
      {noise({2, 3, 2}), noise({1, 8, 2}, 2), noise({1, 8, 2}, 3), none, none, noise({2, 1, 2}, 5)},
      a, options);
}

}  // namespace
}  // namespace pare
