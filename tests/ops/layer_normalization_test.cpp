#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

struct Normal {
  std::vector<float> y, mean, inverse;
};

/// Over groups of `n` neighbours; scale and bias repeat with each group.
Normal naive(const Tensor& x, std::size_t n, const Tensor& s, const Tensor& b, double epsilon) {
  const std::vector<double> in = x.to_doubles();
  Normal out;
  for (std::size_t first = 0; first < in.size(); first += n) {
    double sum = 0;
    double squares = 0;
    for (std::size_t i = 0; i < n; ++i) {
      sum += in[first + i];
      squares += in[first + i] * in[first + i];
    }
    const double mean = sum / static_cast<double>(n);
    const double inverse = 1 / std::sqrt(squares / static_cast<double>(n) - mean * mean + epsilon);
    for (std::size_t i = 0; i < n; ++i) {
      out.y.push_back(static_cast<float>((in[first + i] - mean) * inverse * s.to_doubles().at(i) +
                                         b.to_doubles().at(i)));
    }
    out.mean.push_back(static_cast<float>(mean));
    out.inverse.push_back(static_cast<float>(inverse));
  }
  return out;
}

TEST(LayerNormalization, EveryAxisWithItsStatistics) {
  const Tensor x = noise({2, 3, 4, 5}, 1);
  const Shape sizes = {120, 60, 20, 5};
  for (std::int64_t axis = 0; axis < 4; ++axis) {
    const Shape tail(x.shape().begin() + axis, x.shape().end());
    const Tensor s = noise(tail, 2);
    const Tensor b = noise(tail, 3);
    for (const std::int64_t a : {axis, axis - 4}) {
      const auto y =
          run_op("LayerNormalization", {x, s, b}, {{"axis", Int{a}}, {"epsilon", 0.125F}}, 3);
      const Normal want = naive(x, static_cast<std::size_t>(sizes[axis]), s, b, 0.125);
      expect_close(y[0], want.y, 3e-7F);
      expect_close(y[1], want.mean, 2e-7F);
      expect_close(y[2], want.inverse, 3e-7F);
      EXPECT_EQ(y[1].rank(), 4U);
      EXPECT_EQ(y[1].dim(3), 1);
    }
  }
}

TEST(LayerNormalization, BiasIsOptionalAndScaleBroadcasts) {
  const Tensor x = Tensor::of<float>({2, 2}, {1, 3, 10, 14});
  const Attributes exact = {{"epsilon", 0.0F}};
  expect_close(run_op("LayerNormalization", {x, Tensor::of<float>({2}, {1, 5})}, exact)[0],
               {-1, 5, -1, 5}, 0);
  expect_close(run_op("LayerNormalization", {x, Tensor::of<float>({1}, {2})}, exact)[0],
               {-2, 2, -2, 2}, 0);
  expect_close(run_op("LayerNormalization", {x, Tensor::of<float>({2, 1}, {2, 3})}, exact)[0],
               {-2, 2, -3, 3}, 0);
}

TEST(LayerNormalization, EpsilonByDefault) {
  const Tensor x = Tensor::of<float>({1, 2}, {1, 1});
  const auto y = run_op("LayerNormalization", {x, ramp({2}, 1)}, {}, 3);
  expect_close(y[0], {0, 0}, 0);
  expect_close(y[2], {316.22776F}, 1e-6F);
}

TEST(LayerNormalization, StatisticsHaveTheirOwnType) {
  const Tensor x = Tensor::of<float>({1, 2}, {1, 3}).cast(dtype_of(ElementKind::f16));
  const Tensor s = Tensor::of<float>({2}, {1, 1}).cast(dtype_of(ElementKind::f16));
  const auto y = run_op("LayerNormalization", {x, s}, {{"epsilon", 0.0F}}, 3);
  EXPECT_EQ(y[0].kind(), ElementKind::f16);
  EXPECT_EQ(y[1].kind(), ElementKind::f32);
  const auto z = run_op("LayerNormalization", {x, s}, {{"stash_type", Int{16}}}, 3);
  EXPECT_EQ(z[2].kind(), ElementKind::bf16);
}

TEST(LayerNormalization, SymbolsAndRefusals) {
  const ValueType x = typed(ElementKind::f32, {Dim::symbol("N"), Dim::symbol("T"), 8});
  const ValueType s = typed(ElementKind::f32, {8});
  EXPECT_EQ(to_string(infer_op("LayerNormalization", {x, s})), "[N,T,8]");
  EXPECT_EQ(to_string(infer_op("LayerNormalization", {x, s}, {}, 1)), "[N,T,1]");
  EXPECT_EQ(to_string(infer_op("LayerNormalization", {x, s}, {{"axis", Int{1}}}, 2)), "[N,1,1]");
  const auto fault = [](const Shape& scale, const Shape& bias, Attributes a) {
    return fault_of([&] {
      run_unchecked("LayerNormalization", {ramp({2, 4}), ramp(scale), ramp(bias)}, a);
    });
  };
  EXPECT_EQ(fault({3}, {4}, {}), Fault::corrupt);
  EXPECT_EQ(fault({4}, {8}, {}), Fault::corrupt);
  EXPECT_EQ(fault({4}, {1, 2, 4}, {}), Fault::corrupt);
  EXPECT_EQ(fault({4}, {4}, {{"axis", Int{2}}}), Fault::corrupt);
  EXPECT_EQ(fault({4}, {4}, {{"stash_type", Int{7}}}), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              infer_op("LayerNormalization", {x, typed(ElementKind::f32, {7})});
            }),
            Fault::corrupt);
}

TEST(LayerNormalization, GradientMatchesCentralDifferences) {
  expect_gradient("LayerNormalization", {noise({2, 3, 4}), noise({4}, 2), noise({4}, 3)});
  expect_gradient("LayerNormalization", {noise({2, 3, 4}), noise({3, 4}, 2)},
                  {{"axis", Int{1}}, {"epsilon", 0.1F}});
}

}  // namespace
}  // namespace pare
