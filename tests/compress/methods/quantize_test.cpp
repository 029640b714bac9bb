#include <gtest/gtest.h>

#include "base/threads.hpp"
#include "compress/recipe.hpp"
#include "compress/tiny_net.hpp"

namespace pare {
namespace {

using compress_test::constant_bytes;
using compress_test::context_for;
using compress_test::count;
using compress_test::RandomBatches;
using compress_test::sqnr_db;
using compress_test::tiny_net;

Model quantized(const std::string& options, std::int64_t samples = 16) {
  Model model = tiny_net();
  const RandomBatches batches(samples);
  MethodContext c = context_for(batches);
  run_recipe(model, parse_recipe("steps: [quantize: {" + options + "}]"), c);
  EXPECT_TRUE(verify(*model.graph, op_registry()).empty());
  return model;
}

TEST(Quantize, Fp16StorageHalvesTheWeightsAndKeepsTheOutputs) {
  const Model before = tiny_net();
  const Model after = quantized("scheme: fp16, least_elements: 0");
  EXPECT_LE(constant_bytes(*after.graph), constant_bytes(*before.graph) / 2);
  // 11 bits of significand: about 6.02 * 11 dB and more.
  EXPECT_GT(sqnr_db(*before.graph, *after.graph), 60);
}

TEST(Quantize, Bf16StorageHalvesTheWeights) {
  const Model before = tiny_net();
  const Model after = quantized("scheme: bf16, least_elements: 0");
  EXPECT_LE(constant_bytes(*after.graph), constant_bytes(*before.graph) / 2);
  EXPECT_GT(sqnr_db(*before.graph, *after.graph), 42);
}

TEST(Quantize, Fp16ComputeKeepsTheTypesOfInputsAndOutputs) {
  const Model before = tiny_net();
  const Model after = quantized("scheme: fp16, form: compute");
  EXPECT_EQ(after.graph->inputs()[0]->dtype(), ElementKind::f32);
  EXPECT_EQ(after.graph->outputs()[0]->dtype(), ElementKind::f32);
  EXPECT_GT(sqnr_db(*before.graph, *after.graph), 50);
}

TEST(Quantize, WeightOnlyInt8QuantizesEveryLargeLayer) {
  const Model before = tiny_net();
  const Model after = quantized("scheme: weight_only_int8, least_elements: 0");
  EXPECT_EQ(count(*after.graph, "DequantizeLinear"), 4U);
  EXPECT_EQ(count(*after.graph, "QuantizeLinear"), 0U);
  EXPECT_GT(sqnr_db(*before.graph, *after.graph), 38);
}

TEST(Quantize, DynamicInt8TurnsProductsToIntegers) {
  const Model before = tiny_net();
  const Model after = quantized("scheme: dynamic_int8");
  EXPECT_EQ(count(*after.graph, "MatMulInteger"), 1U);
  EXPECT_GT(sqnr_db(*before.graph, *after.graph), 35);
}

TEST(Quantize, StaticInt8PlacesQuantizersAroundEveryLayer) {
  const Model before = tiny_net();
  for (const char* calibration :
       {"minmax", "percentile", "entropy", "mse", "moving_average", "norm"}) {
    const Model after = quantized(cat("scheme: int8, calibration: ", calibration));
    EXPECT_GE(count(*after.graph, "QuantizeLinear"), 4U) << calibration;
    // 8 bits: some 48 dB per rounding, four of them in a row on a small net.
    EXPECT_GT(sqnr_db(*before.graph, *after.graph), 24) << calibration;
    std::size_t integer_biases = 0;
    for (const Value* c : after.graph->constants()) {
      integer_biases += c->dtype() == ElementKind::i32 ? 1 : 0;
    }
    EXPECT_EQ(integer_biases, 4U) << calibration;
  }
}

TEST(Quantize, NamedLayersStayFloat) {
  const Model after = quantized("scheme: int8, keep_float: [first, depthwise, pointwise]");
  for (const Node* node : after.graph->nodes()) {
    if (!node->is("Conv")) continue;
    EXPECT_TRUE(node->input(1)->is_constant()) << node->name();
  }
}

TEST(Quantize, OnlyTheNamedLayerIsQuantized) {
  const Model after = quantized("scheme: int8, only: [pointwise]");
  for (const Node* node : after.graph->nodes()) {
    if (!node->is("Conv")) continue;
    EXPECT_EQ(node->input(1)->is_constant(), node->name() != "pointwise");
  }
}

TEST(Quantize, SameConstantsForAnyNumberOfThreads) {
  std::vector<std::vector<std::byte>> first;
  for (const int threads : {1, 2, 4}) {
    set_threads(threads);
    const Model after = quantized("scheme: int8, calibration: entropy");
    std::vector<std::vector<std::byte>> bytes;
    for (const Value* v : after.graph->constants()) {
      bytes.emplace_back(v->constant().bytes().begin(), v->constant().bytes().end());
    }
    if (first.empty()) first = bytes;
    EXPECT_EQ(bytes, first) << threads;
  }
  set_threads(0);
}

TEST(Quantize, WithoutSamplesStaticInt8IsAUsageFault) {
  Model model = tiny_net();
  MethodContext c{op_registry(), {}};
  try {
    run_recipe(model, parse_recipe("steps: [quantize: {scheme: int8}]"), c);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::usage);
  }
}

}  // namespace
}  // namespace pare
