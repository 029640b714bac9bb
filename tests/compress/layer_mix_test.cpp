#include "compress/layer_mix.hpp"

#include "compress/tiny_net.hpp"

namespace pare {
namespace {

using compress_test::context_for;
using compress_test::RandomBatches;
using compress_test::tiny_net;

struct Fixture {
  Model model = tiny_net();
  RandomBatches batches{64};
  MethodContext context = context_for(batches);
  LayerMix mix;

  explicit Fixture(std::vector<std::string> formats)
      : mix(*model.graph, std::move(formats), 64, context) {
    mix.round({.method = "rtn"}, 0, {});
  }
};

TEST(LayerMix, RoundsEveryLayerToEveryFormat) {
  const Fixture f({"int8", "int4", "float32"});
  ASSERT_EQ(f.mix.layers().size(), 4U);
  EXPECT_EQ(f.mix.weights(), 216 + 72 + 64 + 40);
  for (const MixedLayer& layer : f.mix.layers()) {
    EXPECT_LT(layer.error[0], layer.error[1] / 50) << layer.name;  // 4 bits: 24 dB
    EXPECT_EQ(layer.error[2], 0);
    EXPECT_EQ(layer.bits[2], 32);
    const double scales =
        32.0 * static_cast<double>(layer.w.rows) / static_cast<double>(layer.w.values.size());
    EXPECT_NEAR(layer.bits[0], 8 + scales, 1e-9);
    EXPECT_NEAR(layer.bits[1], 4 + scales, 1e-9);
  }
}

// Small errors: what the gradient says, to first order, is what is measured.
TEST(LayerMix, GradientsForetellTheNoise) {
  const Fixture f({"int8", "int7", "float32"});
  const FormatTable slope = f.mix.noise_by_gradient();
  for (std::size_t l = 0; l < 4; ++l) {
    for (std::size_t format = 0; format < 2; ++format) {
      FormatChoice choice(4, 2);
      choice[l] = format;
      const double noise = f.mix.noise(choice);
      EXPECT_GT(slope[l][format], noise / 2) << f.mix.layers()[l].name;
      EXPECT_LT(slope[l][format], noise * 2) << f.mix.layers()[l].name;
    }
    EXPECT_EQ(slope[l][2], 0);
  }
}

TEST(LayerMix, MeasuringIsExactForTheCoarsestFormat) {
  const Fixture f({"int8", "int3", "float32"});
  const FormatTable table = f.mix.noise_by_measuring();
  for (std::size_t l = 0; l < 4; ++l) {
    FormatChoice choice(4, 2);
    choice[l] = 1;
    EXPECT_NEAR(table[l][1], f.mix.noise(choice), 1e-6 * table[l][1]);
    EXPECT_LT(table[l][0], table[l][1]);
  }
  EXPECT_EQ(f.mix.noise(FormatChoice(4, 2)), 0);
}

TEST(LayerMix, TimesEachLayerInEachFormat) {
  const Fixture f({"int8", "float32"});
  double rest = -1;
  const FormatTable times = f.mix.times(rest);
  EXPECT_GT(rest, 0);
  ASSERT_EQ(times.size(), 4U);
  for (const auto& row : times) {
    ASSERT_EQ(row.size(), 2U);
    for (const double ms : row) EXPECT_GT(ms, 0);
  }
}

TEST(LayerMix, RefusesWhatItCannotUse) {
  const Model m = tiny_net();
  const RandomBatches batches(2);
  MethodContext c = context_for(batches);
  const auto fault = [&](std::vector<std::string> formats, MethodContext& context) {
    try {
      LayerMix(*m.graph, std::move(formats), 4, context);
    } catch (const Error& e) {
      return e.fault();
    }
    return Fault::internal;
  };
  EXPECT_EQ(fault({}, c), Fault::config);
  EXPECT_EQ(fault({"int5000"}, c), Fault::config);
  c.calibration = nullptr;
  EXPECT_EQ(fault({"int4"}, c), Fault::usage);
}

}  // namespace
}  // namespace pare
