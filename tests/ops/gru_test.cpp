#include "ops/gradient_test.hpp"
#include "ops/recurrent_oracle.hpp"

namespace pare {
namespace {

/// Gates in the order update, reset, hidden.
Unrolled expected(const Layer& n, bool reset_last) {
  return unroll(n, [&](std::int64_t d, const Vector& x, Vector& h, Vector& /*c*/) {
    const Vector old = h;
    Vector reset;
    Vector kept;
    for (std::int64_t k = 0; k < n.hidden; ++k) {
      reset.push_back(logistic(n.from_input(d, 1, k, x) + n.from_state(d, 1, k, old)));
      kept.push_back(reset.back() * old.at(k));
    }
    for (std::int64_t k = 0; k < n.hidden; ++k) {
      const double z = logistic(n.from_input(d, 0, k, x) + n.from_state(d, 0, k, old));
      const double state =
          reset_last ? reset.at(k) * n.from_state(d, 2, k, old) : n.from_state(d, 2, k, kept);
      h.at(k) = (1 - z) * std::tanh(n.from_input(d, 2, k, x) + state) + z * old.at(k);
    }
  });
}

TEST(Gru, EveryDirectionBothWaysToReset) {
  for (const char* direction : {"forward", "reverse", "bidirectional"}) {
    for (const Int reset_last : {0, 1}) {
      const Layer n(3, direction, {3, 4, 0});
      const Attributes a = {{"direction", std::string(direction)},
                            {"linear_before_reset", reset_last}};
      const auto y = run_op("GRU", {n.x, n.w, n.r, n.b, n.lens(), n.h}, a, 2);
      const Unrolled want = expected(n, reset_last != 0);
      expect_close(y[0], want.y, 3e-7F);
      expect_close(y[1], want.last_h, 3e-7F);
    }
  }
}

TEST(Gru, BatchFirstIsTheSameTurned) {
  const Layer n(3, "forward");
  const auto plain = run_op("GRU", {n.x, n.w, n.r, n.b, Tensor(), n.h}, {}, 2);
  const auto y =
      run_op("GRU", {swapped(n.x), n.w, n.r, n.b, Tensor(), swapped(n.h)}, {{"layout", Int{1}}}, 2);
  EXPECT_EQ(y[0].shape(), (Shape{3, 4, 1, 5}));
  EXPECT_TRUE(identical(y[0], run_op("Transpose", {plain[0]}, {{"perm", Ints{2, 0, 1, 3}}})[0]));
  EXPECT_TRUE(identical(y[1], swapped(plain[1])));
}

TEST(Gru, SymbolsAndRefusals) {
  const ValueType x = typed(ElementKind::f32, {Dim::symbol("T"), Dim::symbol("N"), 2});
  const ValueType w = typed(ElementKind::f32, {1, 15, 2});
  const ValueType r = typed(ElementKind::f32, {1, 15, 5});
  EXPECT_EQ(to_string(infer_op("GRU", {x, w, r})), "[T,1,N,5]");
  EXPECT_EQ(to_string(infer_op("GRU", {x, w, r}, {}, 1)), "[1,N,5]");
  const Layer n(3, "forward");
  const Layer four(4, "forward");
  EXPECT_EQ(fault_of([&] { run_unchecked("GRU", {n.x, four.w, n.r}, {}, 2); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run_unchecked("GRU", {n.x, n.w, four.r}, {}, 2); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_unchecked("GRU", {n.x, n.w, n.r, four.b}, {}, 2);
            }),
            Fault::corrupt);
}

TEST(Gru, GradientMatchesCentralDifferences) {
  const GradientOptions options = {.outputs = 2, .static_shapes = {0}};
  for (const Int reset_last : {0, 1}) {
    const Attributes a = {{"linear_before_reset", reset_last},
                          {"direction", std::string("bidirectional")}};
    const std::vector<Tensor> inputs = {noise({2, 2, 2}),
                                        noise({2, 6, 2}, 2),
                                        noise({2, 6, 2}, 3),
                                        noise({2, 12}, 4),
                                        Tensor::of<std::int32_t>({2}, {1, 2}),
                                        noise({2, 2, 2}, 5)};
    expect_gradient("GRU", inputs, a, options);
    expect_gradient("GRU", {noise({3, 1, 2}), noise({1, 6, 2}, 2), noise({1, 6, 2}, 3)},
                    {{"linear_before_reset", reset_last}}, options);
  }
}

}  // namespace
}  // namespace pare
