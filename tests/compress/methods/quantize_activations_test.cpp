#include <gtest/gtest.h>

#include <cmath>

#include "compress/activations.hpp"
#include "compress/recipe.hpp"
#include "compress/tiny_net.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

using compress_test::context_for;
using compress_test::count;
using compress_test::RandomBatches;
using compress_test::sqnr_db;
using compress_test::tiny_net;

Model compressed(const std::string& steps, std::vector<std::string>* notes = nullptr) {
  Model model = tiny_net();
  const RandomBatches batches(16);
  MethodContext c = context_for(batches);
  run_recipe(model, parse_recipe("steps: [" + steps + "]"), c);
  EXPECT_TRUE(verify(*model.graph, op_registry()).empty());
  if (notes != nullptr) *notes = c.notes;
  return model;
}

double db_of(const std::string& steps) {
  return sqnr_db(*tiny_net().graph, *compressed(steps).graph);
}

// Each input is rounded once; SQNR of a format with a step of 2^-m of the value is about
// 6 m + 8 dB, and four roundings in a row leave some 6 dB less.
TEST(QuantizeActivations, FloatFormatsByTheirMantissa) {
  const double e4m3 = db_of("quantize_activations: {format: f8e4m3fn, calibration: minmax}");
  const double e5m2 = db_of("quantize_activations: {format: f8e5m2, calibration: minmax}");
  EXPECT_NEAR(e4m3, 28, 4);
  EXPECT_NEAR(e4m3 - e5m2, 6, 3);
  // Found at run time, so that nothing lies outside of what calibration saw.
  EXPECT_GT(db_of("quantize_activations: {format: int16, scaling: token}"), 75);
}

TEST(QuantizeActivations, OnnxTypesAreWrittenAsQuantizers) {
  const Model model = compressed("quantize_activations: {format: f8e4m3fn}");
  // Five values are read: x, two activations, and what the product reads.
  EXPECT_EQ(count(*model.graph, "QuantizeLinear"), 4U);
  EXPECT_EQ(count(*model.graph, "DequantizeLinear"), 4U);
  for (const Node* node : model.graph->nodes()) {
    if (!node->is("QuantizeLinear")) continue;
    EXPECT_EQ(node->output()->dtype(), ElementKind::f8e4m3fn);
  }
}

// What keeps a runtime from fusing FP8 changes no bit.
TEST(QuantizeActivations, Float8IsKeptApartForTargetsThatMistakeIt) {
  const RandomBatches batches(16);
  Model models[2] = {tiny_net(), tiny_net()};
  for (const bool mistakes : {false, true}) {
    MethodContext c = context_for(batches);
    c.rules.mistakes_float8_groups = mistakes;
    run_recipe(models[mistakes ? 1 : 0],
               parse_recipe("steps: [quantize_weights: {format: f8e4m3fn, least_elements: 0}, "
                            "quantize_activations: {format: f8e4m3fn, calibration: mse}]"),
               c);
  }
  EXPECT_EQ(count(*models[0].graph, "Min"), 0U);
  EXPECT_EQ(count(*models[1].graph, "Min"), 3U);  // the input needs none
  for (std::int64_t i = 0; i < 4; ++i) {
    const auto x = RandomBatches(4, 5).get(i);
    EXPECT_TRUE(identical(interpret(*models[0].graph, op_registry(), x).at(0),
                          interpret(*models[1].graph, op_registry(), x).at(0)));
  }
}

TEST(QuantizeActivations, ScalesFoundAtRunTimeAreSimulated) {
  std::vector<std::string> notes;
  const Model model = compressed("quantize_activations: {format: int8, scaling: token}", &notes);
  EXPECT_EQ(count(*model.graph, "QuantizeLinear"), 0U);
  EXPECT_EQ(count(*model.graph, "FakeQuantize"), 4U);
  EXPECT_GT(sqnr_db(*tiny_net().graph, *model.graph), 30);
  EXPECT_NE(notes.at(0).find("simulated"), std::string::npos);
}

/// The tiny net whose input channels differ by 100 in scale, undone by the first layer.
Model uneven_input() {
  Model model = tiny_net();
  for (Node* node : model.graph->nodes()) {
    if (node->name() != "first") continue;
    Tensor w = node->input(1)->constant().clone();
    const auto data = w.mutable_data<float>();
    for (std::size_t i = 0; i < data.size(); ++i) {
      data[i] *= std::pow(10.0F, 1.0F - static_cast<float>(i / 9 % 3));
    }
    node->input(1)->set_constant(w);
    Value* x = model.graph->inputs()[0];
    Value* scale = model.graph->add_constant(Tensor::of<float>({3, 1, 1}, {0.1F, 1, 10}), "s");
    node->set_input(
        0, model.graph->add_node({.op = "Mul", .inputs = {x, scale}, .name = "uneven"}, node)
               ->output());
  }
  infer_shapes(*model.graph, op_registry());
  return model;
}

TEST(QuantizeActivations, ScalesOfChannels) {
  const auto db = [](const std::string& options) {
    Model model = uneven_input();
    const RandomBatches batches(16);
    MethodContext c = context_for(batches);
    run_recipe(model,
               parse_recipe("steps: [quantize_activations: {only: [first], calibration: minmax, " +
                            options + "}]"),
               c);
    EXPECT_TRUE(verify(*model.graph, op_registry()).empty());
    return sqnr_db(*uneven_input().graph, *model.graph);
  };
  EXPECT_GT(db("format: int6, scaling: channel"), db("format: int6") + 6);
  EXPECT_GT(db("format: f8e3m4, scaling: channel"), db("format: f8e3m4") + 3);
  const Model model = compressed("quantize_activations: {format: int8, scaling: channel}");
  EXPECT_EQ(count(*model.graph, "QuantizeLinear"), 4U);
  for (const Node* node : model.graph->nodes()) {
    if (!node->is("QuantizeLinear")) continue;
    const Shape x = *node->input(0)->known_shape();
    EXPECT_EQ(node->int_or("axis", -1), 1);
    EXPECT_EQ(node->input(1)->constant().shape(), Shape{x[1]});
  }
  EXPECT_THROW(compressed("quantize_activations: {format: mxfp4, scaling: channel}"), Error);
}

// Blocks along the channels; the more bits, the nearer.
TEST(QuantizeActivations, BlockFormatsAreSimulated) {
  const double fp8 = db_of("quantize_activations: {format: mxfp8_e4m3}");
  const double fp4 = db_of("quantize_activations: {format: mxfp4}");
  const double nv = db_of("quantize_activations: {format: nvfp4}");
  EXPECT_NEAR(fp8, 27, 4);
  EXPECT_NEAR(fp4, 14, 4);
  EXPECT_GT(nv, fp4);
  EXPECT_EQ(count(*compressed("quantize_activations: {format: mxfp4}").graph, "FakeQuantize"), 4U);
}

// Layers whose weights are float stay as they are: integers need both sides.
TEST(QuantizeActivations, Int8TakesLayersWithCodedWeights) {
  const Model none = compressed("quantize_activations: {format: int8}");
  EXPECT_EQ(count(*none.graph, "QuantizeLinear"), 0U);
  const Model both = compressed(
      "quantize: {scheme: weight_only_int8, least_elements: 0}, "
      "quantize_activations: {format: int8, calibration: minmax}");
  EXPECT_GE(count(*both.graph, "QuantizeLinear"), 4U);
  std::size_t integer_biases = 0;
  for (const Value* c : both.graph->constants()) integer_biases += c->dtype() == ElementKind::i32;
  EXPECT_EQ(integer_biases, 4U);
  // The same as both at once.
  const Model once = compressed("quantize: {scheme: int8, calibration: minmax}");
  EXPECT_NEAR(sqnr_db(*tiny_net().graph, *both.graph), sqnr_db(*tiny_net().graph, *once.graph), 1);
  const auto session = Session::create(*both.graph, op_registry(), {});
  session->run({RandomBatches(1).get(0)});
  std::size_t integer_kernels = 0;
  for (const StepInfo& step : session->steps()) {
    integer_kernels += step.kernel.find("int8") != std::string::npos ? 1 : 0;
  }
  EXPECT_GE(integer_kernels, 4U);
}

TEST(QuantizeActivations, EndsAndNamedLayersStayFloat) {
  const std::string format = "format: f8e5m2";
  EXPECT_EQ(count(*compressed("quantize_activations: {" + format + ", keep_ends: true}").graph,
                  "QuantizeLinear"),
            2U);
  EXPECT_EQ(count(*compressed("quantize_activations: {" + format + ", only: [first]}").graph,
                  "QuantizeLinear"),
            1U);
  EXPECT_EQ(
      count(*compressed("quantize_activations: {" + format + ", keep_float: [first, depthwise]}")
                 .graph,
            "QuantizeLinear"),
      2U);
}

TEST(QuantizeActivations, RefusesWhatIsNoFormat) {
  const auto fault = [](const std::string& options) {
    try {
      compressed("quantize_activations: {" + options + "}");
    } catch (const Error& e) {
      return e.fault();
    }
    return Fault::internal;
  };
  EXPECT_EQ(fault("format: int1000"), Fault::config);
  EXPECT_EQ(fault("format: uint8"), Fault::config);  // nothing below zero
  EXPECT_EQ(fault("format: f8e4m3fn, calibration: entropy"), Fault::config);
}

TEST(QuantizeActivations, KnowsWhenItNeedsSamples) {
  const auto needs = [](const std::string& options) {
    return parse_recipe("steps: [quantize_activations: {" + options + "}]").needs_calibration();
  };
  EXPECT_TRUE(needs("format: int8"));
  EXPECT_FALSE(needs("format: int8, scaling: token"));
  EXPECT_FALSE(needs("format: mxfp8_e4m3"));
  EXPECT_TRUE(needs("format: nvfp4"));  // a scale for the tensor besides those of its blocks
}

// A scale is the greatest |x| over the greatest number of the format; mse clips a lone outlier
// where the format's steps are equal.
TEST(ChooseScale, FollowsTheMethod) {
  ActivationStats h;
  std::vector<float> x;
  for (int i = 0; i < 100000; ++i) x.push_back(static_cast<float>(i % 1000) / 1000.0F - 0.5F);
  x.push_back(8);
  h.histogram.add(x);
  const DType int4 = dtype_by_name("int4");
  EXPECT_FLOAT_EQ(choose_scale(h, int4, RangeMethod::minmax, 0), 8.0F / 7);
  EXPECT_LT(choose_scale(h, int4, RangeMethod::percentile, 99.0), 0.5F / 7 * 1.1F);
  EXPECT_LT(choose_scale(h, int4, RangeMethod::mse, 0), 8.0F / 7 * 0.25F);
  EXPECT_FLOAT_EQ(choose_scale(h, dtype_by_name("f8e4m3fn"), RangeMethod::minmax, 0), 8.0F / 448);
  EXPECT_FLOAT_EQ(choose_scale(ActivationStats(), int4, RangeMethod::minmax, 0), 1);
}

}  // namespace
}  // namespace pare
