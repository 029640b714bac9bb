#include "compress/calibrate.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "ir/infer.hpp"
#include "ir/text.hpp"
#include "ops/registry.hpp"

namespace pare {
namespace {

/// Batches given one by one.
class ListedBatches : public BatchSource {
 public:
  explicit ListedBatches(std::vector<Tensor> batches) : list_(std::move(batches)) {}
  [[nodiscard]] std::int64_t batches() const override {
    return static_cast<std::int64_t>(list_.size());
  }
  [[nodiscard]] std::vector<Tensor> get(std::int64_t i) const override {
    return {list_[static_cast<std::size_t>(i)]};
  }
  [[nodiscard]] std::string fingerprint() const override { return "listed"; }

 private:
  std::vector<Tensor> list_;
};

TEST(Calibrate, EveryFloatValueIsSeen) {
  const auto graph = parse_graph(
      "input x: float32[2,2]\nconst w: float32[2,2] = [1, 0, 0, 2]\ny = MatMul(x, w)\noutput y");
  infer_shapes(*graph, op_registry());
  const ListedBatches batches(
      {Tensor::of<float>({2, 2}, {1, 2, 3, 4}), Tensor::of<float>({2, 2}, {-1, -2, 5, 0})});
  const auto table = collect_statistics(*graph, op_registry(), batches, {});
  ASSERT_EQ(table->size(), 2U);
  const ActivationStats& y = table->at("y");
  EXPECT_EQ(y.histogram.count(), 8);
  EXPECT_EQ(y.histogram.min(), -4);
  EXPECT_EQ(y.histogram.max(), 8);
  EXPECT_EQ(y.channel_mean, (std::vector<double>{(1 + 3 - 1 + 5) / 4.0, (4 + 8 - 4 + 0) / 4.0}));
}

// 0.99 of what was, 0.01 of what came; the first batch is taken whole, infinity is not seen.
TEST(Calibrate, TheRangeOfBatchesMovesByAHundredth) {
  const auto graph = parse_graph("input x: float32[2]\ny = Neg(x)\noutput y");
  const float inf = std::numeric_limits<float>::infinity();
  const ListedBatches batches({Tensor::of<float>({2}, {1, 3}), Tensor::of<float>({2}, {2, inf}),
                               Tensor::of<float>({2}, {-8, 13})});
  const auto table = collect_statistics(*graph, op_registry(), batches, {});
  const Range r = table->at("x").moving;
  EXPECT_FLOAT_EQ(r.lo, 0.99F * (0.99F * 1 + 0.01F * 2) - 0.01F * 8);
  EXPECT_FLOAT_EQ(r.hi, 0.99F * (0.99F * 3 + 0.01F * 2) + 0.01F * 13);
}

TEST(Calibrate, RefusesNoSamplesAndNoNumbers) {
  const auto graph = parse_graph("input x: float32[1]\ny = Neg(x)\noutput y");
  const auto fault = [&](std::vector<Tensor> list) {
    try {
      collect_statistics(*graph, op_registry(), ListedBatches(std::move(list)), {});
    } catch (const Error& e) {
      return e.fault();
    }
    return Fault::internal;
  };
  EXPECT_EQ(fault({}), Fault::usage);
  EXPECT_EQ(fault({Tensor::of<float>({1}, {std::numeric_limits<float>::quiet_NaN()})}),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
