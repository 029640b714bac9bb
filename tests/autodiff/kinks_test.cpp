// What docs/autodiff.md says about kinks, ties and the like.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "autodiff/gradients.hpp"
#include "ir/text.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Gradient with respect to the first input of the sum of y, where `node` makes y from x: float64
/// of that many elements, and constants.
std::vector<double> slopes(const std::string& node, const std::vector<double>& x,
                           const std::string& constants = "", const std::string& shape = "") {
  const std::string size = shape.empty() ? std::to_string(x.size()) : shape;
  const auto graph = parse_graph(cat("input x: float64[", size, "]\n", constants, "\ny = ", node,
                                     "\nloss = ReduceSum(y) {keepdims = 0}\noutput loss"));
  Value* input = graph->find("x");
  Value* found = gradients(*graph, op_registry(), graph->find("loss"), {input})[0];
  graph->set_output(0, found);
  Tensor fed = Tensor::of<double>({static_cast<std::int64_t>(x.size())}, x);
  fed = fed.reshaped(input->known_shape().value());
  return interpret(*graph, op_registry(), {fed})[0].to_doubles();
}

using Numbers = std::vector<double>;

TEST(Kinks, Activations) {
  EXPECT_EQ(slopes("Relu(x)", {0}), Numbers{0});
  EXPECT_EQ(slopes("ThresholdedRelu(x) {alpha = 1.0}", {1}), Numbers{0});
  EXPECT_EQ(slopes("Shrink(x) {lambd = 0.5}", {0.5, -0.5}), (Numbers{0, 0}));
  EXPECT_EQ(slopes("HardSigmoid(x) {alpha = 0.25, beta = 0.5}", {2, -2}), (Numbers{0, 0}));
  EXPECT_EQ(slopes("HardSwish(x)", {-3, 3}), (Numbers{0, 1}));
  EXPECT_EQ(slopes("LeakyRelu(x) {alpha = 0.5}", {0}), Numbers{1});
  EXPECT_EQ(slopes("Elu(x) {alpha = 0.5}", {0}), Numbers{1});
  EXPECT_EQ(slopes("Celu(x) {alpha = 0.5}", {0}), Numbers{1});
  EXPECT_EQ(slopes("Selu(x) {alpha = 3.0, gamma = 2.0}", {0}), Numbers{6});
  EXPECT_EQ(slopes("PRelu(x, s)", {0}, "const s: float64[] = [0.5]"), Numbers{1});
}

// Straight through inside of what the format holds, [-8, 7] here, and nothing outside.
TEST(Kinks, FakeQuantize) {
  const Numbers x = {-9, 3, 7.5, 5};
  EXPECT_EQ(slopes("pare::FakeQuantize(x) {format = \"int4\"}", x), (Numbers{0, 1, 0, 1}));
  EXPECT_EQ(slopes("pare::FakeQuantize(x, s) {format = \"int4\"}", x, "const s: float32[] = [0.5]"),
            (Numbers{0, 1, 0, 0}));
  EXPECT_EQ(slopes("pare::FakeQuantize(x, s) {format = \"int4\", axis = 0}", x,
                   "const s: float32[2] = [2, 0.25]", "2,2"),
            (Numbers{1, 1, 0, 0}));
  EXPECT_EQ(slopes("pare::FakeQuantize(x) {format = \"int4\", scaling = \"tensor\"}", x),
            (Numbers{1, 1, 1, 1}));
}

TEST(Kinks, NormsAtZero) {
  EXPECT_EQ(slopes("Abs(x)", {0}), Numbers{0});
  EXPECT_EQ(slopes("ReduceL1(x)", {0, 2}), (Numbers{0, 1}));
  EXPECT_EQ(slopes("ReduceL2(x)", {0, 0}), (Numbers{0, 0}));
  EXPECT_EQ(slopes("LpNormalization(x) {p = 1}", {0, 0}), (Numbers{0, 0}));
  EXPECT_EQ(slopes("LpNormalization(x) {p = 2}", {0, 0}), (Numbers{0, 0}));
  EXPECT_EQ(slopes("GlobalLpPool(x) {p = 2}", {0, 0}, "", "1,1,2"), (Numbers{0, 0}));
  EXPECT_EQ(slopes("LpPool(x) {p = 3, kernel_shape = [2]}", {0, 0}, "", "1,1,2"), (Numbers{0, 0}));
  EXPECT_EQ(slopes("Sqrt(x)", {0}), Numbers{kInfinity});
  for (const double d : slopes("MeanVarianceNormalization(x) {axes = [0]}", {2, 2})) {
    EXPECT_EQ(d, 0);
  }
}

TEST(Kinks, Powers) {
  const std::string p = "const p: float64[3] = [0, 1, 2]";
  EXPECT_EQ(slopes("Pow(x, p)", {0, 0, 0}, p), (Numbers{0, 1, 0}));
  EXPECT_EQ(slopes("Pow(p, x)", {1, 1, 1}, "const p: float64[3] = [0, -2, 1]"), (Numbers{0, 0, 0}));
}

TEST(Kinks, BoundsOfClip) {
  const std::string bounds = "const low: float64[] = [-1]\nconst high: float64[] = [1]";
  EXPECT_EQ(slopes("Clip(x, low, high)", {-2, -1, 1, 2}, bounds), (Numbers{0, 1, 1, 0}));
  // Bounds the wrong way round: everything is the upper one.
  const std::string turned = "const v: float64[2] = [0, 5]\nconst low: float64[] = [1]";
  EXPECT_EQ(slopes("Clip(v, low, x)", {-1}, turned, ""), Numbers{2});
  EXPECT_EQ(slopes("Clip(v, x, low)", {3}, turned, ""), Numbers{0});
}

TEST(Kinks, TiesShareOrTheFirstTakesAll) {
  const std::string c = "const c: float64[3] = [1, 2, 0]";
  EXPECT_EQ(slopes("Max(x, c)", {1, 1, 1}, c), (Numbers{0.5, 0, 1}));
  EXPECT_EQ(slopes("Min(x, x, c)", {1, 1, 1}, c), (Numbers{2.0 / 3, 1, 0}));
  EXPECT_EQ(slopes("ReduceMax(x)", {2, 1, 2}), (Numbers{0.5, 0, 0.5}));
  EXPECT_EQ(slopes("ReduceMin(x)", {2, 1, 1}), (Numbers{0, 0.5, 0.5}));
  EXPECT_EQ(slopes("GlobalMaxPool(x)", {2, 1, 2}, "", "1,1,3"), (Numbers{0.5, 0, 0.5}));
  EXPECT_EQ(slopes("MaxPool(x) {kernel_shape = [3]}", {2, 1, 2}, "", "1,1,3"), (Numbers{1, 0, 0}));
  const std::string at = "const i: int64[2] = [0, 0]\nconst u: float64[2] = [2, 2]";
  EXPECT_EQ(slopes("ScatterElements(x, i, u) {reduction = \"max\"}", {2, 1}, at),
            (Numbers{1.0 / 3, 1}));
}

TEST(Kinks, ProductsWithZeros) {
  EXPECT_EQ(slopes("ReduceProd(x)", {0, 2, 3}), (Numbers{6, 0, 0}));
  EXPECT_EQ(slopes("ReduceProd(x)", {0, 2, 0}), (Numbers{0, 0, 0}));
}

}  // namespace
}  // namespace pare
