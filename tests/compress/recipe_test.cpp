#include "compress/recipe.hpp"

#include <gtest/gtest.h>

#include "compress/tiny_net.hpp"

namespace pare {
namespace {

constexpr const char* kYaml =
    "steps:\n"
    "  - optimize: {}\n"
    "  - quantize: {calibration: mse, keep_float: [first, \"a b\"], scheme: int8}\n";

Fault fault_of(const char* yaml) {
  try {
    (void)parse_recipe(yaml);
  } catch (const Error& e) {
    return e.fault();
  }
  return Fault::internal;
}

TEST(Recipe, PrintsWhatItRead) { EXPECT_EQ(parse_recipe(kYaml).yaml(), kYaml); }

TEST(Recipe, KnowsWhetherItCalibrates) {
  EXPECT_TRUE(parse_recipe(kYaml).needs_calibration());
  EXPECT_FALSE(parse_recipe("steps: [quantize: {scheme: fp16}]").needs_calibration());
  EXPECT_TRUE(parse_recipe("steps: [quantize: {}]").needs_calibration()) << "int8 by default";
  EXPECT_FALSE(parse_recipe("steps: [optimize: {}]").needs_calibration());
}

TEST(Recipe, SummarisesForTables) {
  EXPECT_EQ(parse_recipe(kYaml).summary(), "optimize + quantize mse keep_float=2 layers int8");
  EXPECT_EQ(Recipe{}.summary(), "original");
}

TEST(Recipe, RefusesUnknownMethodsOptionsAndValues) {
  EXPECT_EQ(fault_of("steps: [shrink: {}]"), Fault::config);
  EXPECT_EQ(fault_of("steps: [quantize: {sheme: int8}]"), Fault::config);
  EXPECT_EQ(fault_of("steps: [quantize: {scheme: int1}]"), Fault::config);
  EXPECT_EQ(fault_of("steps: [quantize: {percentile: 20}]"), Fault::config);
  EXPECT_EQ(fault_of("steps: {"), Fault::config);
  EXPECT_EQ(fault_of("other: 1"), Fault::config);
}

TEST(Recipe, TwoRunsGiveTheSameConstants) {
  const compress_test::RandomBatches samples(4);
  std::vector<std::vector<std::byte>> bytes[2];
  for (auto& run : bytes) {
    Model model = compress_test::tiny_net();
    MethodContext c = compress_test::context_for(samples);
    run_recipe(model, parse_recipe("steps: [optimize: {}, quantize: {scheme: int8}]"), c);
    for (const Value* v : model.graph->constants()) {
      run.emplace_back(v->constant().bytes().begin(), v->constant().bytes().end());
    }
  }
  EXPECT_EQ(bytes[0], bytes[1]);
}

}  // namespace
}  // namespace pare
