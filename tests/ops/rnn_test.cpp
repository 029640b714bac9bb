#include "ops/gradient_test.hpp"
#include "ops/recurrent_oracle.hpp"

namespace pare {
namespace {

Unrolled expected(const Layer& n, const std::function<double(double)>& f) {
  return unroll(n, [&](std::int64_t d, const Vector& x, Vector& h, Vector& /*c*/) {
    const Vector old = h;
    for (std::int64_t k = 0; k < n.hidden; ++k) {
      h.at(k) = f(n.from_input(d, 0, k, x) + n.from_state(d, 0, k, old));
    }
  });
}

TEST(Rnn, EveryDirection) {
  for (const char* direction : {"forward", "reverse", "bidirectional"}) {
    const Layer n(1, direction, {3, 4, 0});
    const auto y = run_op("RNN", {n.x, n.w, n.r, n.b, n.lens(), n.h},
                          {{"direction", std::string(direction)}}, 2);
    const Unrolled want = expected(n, [](double v) { return std::tanh(v); });
    expect_close(y[0], want.y, 3e-7F);
    expect_close(y[1], want.last_h, 3e-7F);
  }
}

TEST(Rnn, EveryFunction) {
  struct Case {
    const char* name;
    std::function<double(double)> f;
  };
  const std::vector<Case> cases = {
      {"Relu", [](double v) { return v > 0 ? v : 0; }},
      {"Sigmoid", logistic},
      {"LeakyRelu", [](double v) { return v > 0 ? v : 0.01 * v; }},
      {"ThresholdedRelu", [](double v) { return v > 1 ? v : 0; }},
      {"Elu", [](double v) { return v > 0 ? v : std::exp(v) - 1; }},
      {"HardSigmoid", [](double v) { return std::max(0.0, std::min(1.0, 0.2 * v + 0.5)); }},
      {"Softsign", [](double v) { return v / (1 + std::abs(v)); }},
      {"Softplus", [](double v) { return std::log(1 + std::exp(v)); }},
      {"ScaledTanh", [](double v) { return std::tanh(v); }},
      {"Affine", [](double v) { return v; }},
  };
  const Layer n(1, "forward");
  for (const Case& c : cases) {
    const auto y = run_op("RNN", {n.x, n.w, n.r, n.b, Tensor(), n.h},
                          {{"activations", std::vector<std::string>{c.name}}}, 2);
    SCOPED_TRACE(c.name);
    expect_close(y[0], expected(n, c.f).y, 3e-7F);
  }
}

TEST(Rnn, SymbolsAndRefusals) {
  const ValueType x = typed(ElementKind::f32, {Dim::symbol("T"), 3, 2});
  EXPECT_EQ(to_string(infer_op("RNN", {x, typed(ElementKind::f32, {1, 5, 2}),
                                       typed(ElementKind::f32, {1, 5, 5})})),
            "[T,1,3,5]");
  const Layer n(1, "forward");
  EXPECT_EQ(fault_of([&] { run_unchecked("RNN", {n.x, n.r, n.r}, {}, 2); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_unchecked("RNN", {ramp({4, 2}), n.w, n.r}, {}, 2);
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              infer_op("RNN", {typed(ElementKind::f32, {4, 2}), ValueType(), ValueType()});
            }),
            Fault::corrupt);
}

TEST(Rnn, GradientMatchesCentralDifferences) {
  const Tensor none;
  const GradientOptions options = {.outputs = 2, .static_shapes = {0}};
  for (const char* direction : {"forward", "reverse", "bidirectional"}) {
    SCOPED_TRACE(direction);
    const Int d = std::string(direction) == "bidirectional" ? 2 : 1;
    const Attributes a = {{"direction", std::string(direction)}};
    const std::vector<Tensor> inputs = {noise({3, 2, 2}),
                                        noise({d, 3, 2}, 2),
                                        noise({d, 3, 3}, 3),
                                        noise({d, 6}, 4),
                                        Tensor::of<std::int32_t>({2}, {3, 2}),
                                        noise({d, 2, 3}, 5)};
    expect_gradient("RNN", inputs, a, options);
    expect_gradient("RNN", {inputs[0], inputs[1], inputs[2]}, a, options);
  }
  const Attributes batch_first = {{"layout", Int{1}},
                                  {"clip", 0.8F},
                                  {"activations", std::vector<std::string>{"leakyrelu"}},
                                  {"activation_alpha", std::vector<float>{0.3F}}};
  expect_gradient(
      "RNN",
      {noise({2, 3, 2}), noise({1, 3, 2}, 2), noise({1, 3, 3}, 3), none, none, noise({2, 1, 3}, 5)},
      batch_first, options);
}

}  // namespace
}  // namespace pare
