#include "compress/layer_inputs.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/threads.hpp"
#include "compress/tiny_net.hpp"
#include "ir/text.hpp"

namespace pare {
namespace {

/// One sample.
class OneBatch : public BatchSource {
 public:
  explicit OneBatch(Tensor t) : t_(std::move(t)) {}
  [[nodiscard]] std::int64_t batches() const override { return 1; }
  [[nodiscard]] std::vector<Tensor> get(std::int64_t) const override { return {t_}; }
  [[nodiscard]] std::string fingerprint() const override { return "one"; }

 private:
  Tensor t_;
};

LayerInputs inputs_of(const std::string& text, const Tensor& x, std::int64_t rows = 1 << 20) {
  const auto graph = parse_graph(text);
  for (Node* node : graph->nodes()) node->set_name("layer");
  infer_shapes(*graph, op_registry());
  auto found =
      collect_layer_inputs(*graph, op_registry(), OneBatch(x), {"layer"}, {}, {.rows = rows});
  if (found.empty()) return {};
  return found.at("layer");
}

Tensor noise(const Shape& shape, std::uint64_t seed = 3) {
  Rng rng(seed);
  return compress_test::random_tensor(shape, rng, 1);
}

TEST(LayerInputs, OfAProductAreItsRows) {
  const Tensor x = noise({2, 3, 4});
  const LayerInputs in = inputs_of(
      "input x: float32[2,3,4]\nconst w: float32[4,5] = rand(1)\ny = MatMul(x, w)\noutput y", x);
  EXPECT_EQ(in.columns, 4);
  EXPECT_EQ(in.samples, 6);
  const std::vector<float> v = x.to_floats();
  for (std::size_t i = 0; i < 4; ++i) {
    double mean = 0;
    double amax = 0;
    for (std::size_t s = 0; s < 6; ++s) {
      mean += std::abs(double{v[s * 4 + i]}) / 6;
      amax = std::max(amax, std::abs(double{v[s * 4 + i]}));
    }
    EXPECT_NEAR(in.mean_abs[i], mean, 1e-6);
    EXPECT_EQ(in.amax[i], amax);
    for (std::size_t j = 0; j < 4; ++j) {
      double sum = 0;
      for (std::size_t s = 0; s < 6; ++s) sum += double{v[s * 4 + i]} * v[s * 4 + j] / 6;
      EXPECT_NEAR(in.moments[i * 4 + j], sum, 1e-6);
    }
  }
}

// For every form of convolution: w H w' is the mean square of what the convolution gives.
TEST(LayerInputs, OfAConvolutionGiveThePowerOfItsOutputs) {
  struct Case {
    Shape x, w;
    std::string attributes;
    std::int64_t groups;
  };
  const std::vector<Case> cases = {
      {{2, 3, 7, 6}, {4, 3, 3, 2}, "", 1},
      {{2, 3, 7, 6}, {4, 3, 3, 3}, "{pads = [1, 0, 2, 1], strides = [2, 1]}", 1},
      {{1, 4, 9, 9}, {6, 2, 3, 3}, "{group = 2, dilations = [2, 3], pads = [2, 2, 2, 2]}", 2},
      {{1, 4, 8, 7}, {4, 1, 3, 3}, "{group = 4, auto_pad = \"SAME_UPPER\", strides = [2, 2]}", 4},
      {{1, 2, 8, 7}, {3, 2, 2, 4}, "{auto_pad = \"SAME_LOWER\"}", 1},
      {{3, 2, 9}, {4, 2, 3}, "{pads = [1, 1], strides = [2]}", 1},
      {{1, 5, 4, 4}, {3, 5, 1, 1}, "", 1},
  };
  for (const Case& c : cases) {
    const auto list = [](const Shape& s) {
      std::string text;
      for (const std::int64_t d : s) text += cat(text.empty() ? "" : ",", d);
      return text;
    };
    const std::string text = cat("input x: float32[", list(c.x), "]\nconst w: float32[", list(c.w),
                                 "] = rand(7)\ny = Conv(x, w) ", c.attributes, "\noutput y");
    const Tensor x = noise(c.x);
    const LayerInputs in = inputs_of(text, x);
    ASSERT_EQ(in.groups, c.groups) << text;
    const auto graph = parse_graph(text);
    const Tensor y = interpret(*graph, op_registry(), {x})[0];
    const std::vector<float> w = graph->constants()[0]->constant().to_floats();
    const std::vector<float> out = y.to_floats();
    const std::int64_t rows = c.w[0];
    const auto inner = static_cast<std::size_t>(y.size() / (y.dim(0) * rows));
    ASSERT_EQ(in.samples, y.dim(0) * static_cast<std::int64_t>(inner)) << text;
    for (std::int64_t r = 0; r < rows; ++r) {
      double power = 0;
      for (std::size_t i = 0; i < out.size(); ++i) {
        if (static_cast<std::int64_t>(i / inner) % rows == r) power += double{out[i]} * out[i];
      }
      const auto h = in.moments_of(r / (rows / c.groups));
      const std::int64_t n = in.columns;
      double want = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = 0; j < n; ++j)
          want += double{w[r * n + i]} * h[i * n + j] * w[r * n + j];
      }
      EXPECT_NEAR(power / static_cast<double>(in.samples), want, 1e-4 * (1 + want)) << text;
    }
  }
}

// Of an image as wide as the step between the rows taken, every column must be met: were it always
// the first one, a third of the moments would be those of padding.
TEST(LayerInputs, AreTakenFromAllOfAnImage) {
  const LayerInputs in = inputs_of(
      "input x: float32[1,1,64,32]\nconst w: float32[2,1,3,3] = rand(1)\n"
      "y = Conv(x, w) {pads = [1, 1, 1, 1]}\noutput y",
      noise({1, 1, 64, 32}), 64);
  ASSERT_EQ(in.samples, 64);
  for (std::int64_t i = 0; i < 9; ++i) EXPECT_GT(in.moments[i * 10], 0.4) << i;
}

TEST(LayerInputs, AreBoundedInNumberAndTakenEvenly) {
  const LayerInputs in = inputs_of(
      "input x: float32[1000,4]\nconst w: float32[4,5] = rand(1)\ny = MatMul(x, w)\noutput y",
      noise({1000, 4}), 50);
  EXPECT_EQ(in.samples, 50);
}

TEST(LayerInputs, AreTheSameForAnyNumberOfThreadsAndPasses) {
  const Model model = compress_test::tiny_net();
  const compress_test::RandomBatches batches(4);
  const std::vector<std::string> layers = {"first", "depthwise", "pointwise"};
  const auto collect = [&](std::size_t memory) {
    return collect_layer_inputs(*model.graph, op_registry(), batches, layers, {},
                                {.memory_bytes = memory});
  };
  set_threads(1);
  const auto one = collect(1 << 30);
  set_threads(2);
  const auto two = collect(1);
  set_threads(0);
  ASSERT_EQ(one.size(), 3U);
  for (const auto& [name, in] : one) EXPECT_EQ(in.moments, two.at(name).moments) << name;
}

}  // namespace
}  // namespace pare
