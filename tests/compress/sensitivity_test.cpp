#include "compress/sensitivity.hpp"

#include <gtest/gtest.h>

#include "compress/static_int8.hpp"
#include "compress/tiny_net.hpp"

namespace pare {
namespace {

TEST(Sensitivity, RanksTheLayerWithRuinousRangeFirst) {
  Model model = compress_test::tiny_net();
  // One weight far outside makes per-tensor steps of the pointwise layer too coarse.
  for (Value* v : model.graph->constants()) {
    if (v->name() != "pointwise_w") continue;
    Tensor t = v->constant().clone();
    t.mutable_data<float>()[0] = 40;
    v->set_constant(t);
  }
  const compress_test::RandomBatches samples(4);
  const auto stats = collect_statistics(*model.graph, op_registry(), samples, {});
  StaticInt8 options;
  options.per_channel = false;
  const SensitivityResult r =
      measure_sensitivity(*model.graph, op_registry(), *stats, options, {}, samples, {});
  ASSERT_EQ(r.layers.size(), 4U);
  EXPECT_EQ(r.most_sensitive_first().front(), "pointwise");
  for (const LayerSensitivity& l : r.layers) EXPECT_GT(l.alone_db, 0) << l.node;
}

TEST(Calibration, StatisticsDoNotGrowWithTheNumberOfSamples) {
  const Model model = compress_test::tiny_net();
  const auto few =
      collect_statistics(*model.graph, op_registry(), compress_test::RandomBatches(2), {});
  const auto many =
      collect_statistics(*model.graph, op_registry(), compress_test::RandomBatches(20), {});
  ASSERT_EQ(few->size(), many->size());
  for (const auto& [name, stats] : *many) {
    EXPECT_EQ(stats.histogram.bins().size(), few->at(name).histogram.bins().size());
    EXPECT_EQ(stats.histogram.count(), 10 * few->at(name).histogram.count()) << name;
  }
}

TEST(Calibration, RangesHoldTheReferenceKernelsValues) {
  const Model model = compress_test::tiny_net();
  const compress_test::RandomBatches samples(3);
  const auto table = collect_statistics(*model.graph, op_registry(), samples, {});
  const std::string name = model.graph->outputs()[0]->name();
  double least = 1e9;
  double most = -1e9;
  for (std::int64_t i = 0; i < 3; ++i) {
    for (const double v :
         interpret(*model.graph, op_registry(), samples.get(i)).at(0).to_doubles()) {
      least = std::fmin(least, v);
      most = std::fmax(most, v);
    }
  }
  ASSERT_EQ(table->count(name), 1U);
  EXPECT_NEAR(table->at(name).histogram.min(), least, 1e-4);
  EXPECT_NEAR(table->at(name).histogram.max(), most, 1e-4);
}

}  // namespace
}  // namespace pare
