#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/decimal.hpp"
#include "base/temp_dir.hpp"
#include "compress/recipe.hpp"
#include "compress/tiny_net.hpp"
#include "formats/format.hpp"
#include "ir/text.hpp"
#include "runtime/session.hpp"

namespace pare {
namespace {

using compress_test::context_for;
using compress_test::count;
using compress_test::RandomBatches;
using compress_test::sqnr_db;
using compress_test::tiny_net;

Model compressed(const std::string& options, std::vector<std::string>* notes = nullptr) {
  Model model = tiny_net();
  const RandomBatches batches(32);
  MethodContext c = context_for(batches);
  run_recipe(model, parse_recipe("steps: [quantize_weights: {least_elements: 0, " + options + "}]"),
             c);
  EXPECT_TRUE(verify(*model.graph, op_registry()).empty()) << options;
  if (notes != nullptr) *notes = c.notes;
  return model;
}

double db_of(const std::string& options) {
  return sqnr_db(*tiny_net().graph, *compressed(options).graph);
}

/// The session and a file that was written and read give what the reference kernels give.
void expect_runs(const Model& model, const std::string& what) {
  const auto inputs = RandomBatches(1, 5).get(0);
  const auto want = interpret(*model.graph, op_registry(), inputs)[0].to_floats();
  const TempDir dir;
  write_model(model, dir.at("m.onnx"), {});
  const Model back = read_model(dir.at("m.onnx"));
  for (const Graph* graph : {model.graph.get(), back.graph.get()}) {
    const auto session = Session::create(*graph, op_registry(), {});
    const auto got = session->run(inputs)[0].to_floats();
    for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-4) << what;
    for (const StepInfo& step : session->steps()) {
      EXPECT_EQ(step.kernel.find("reference"), std::string::npos) << what << " " << step.op;
    }
  }
}

TEST(QuantizeWeights, EveryFormatRunsAndIsWrittenAndReadBack) {
  for (const char* format :
       {"int8",   "int7",    "int6",         "int5",     "int4",    "int3",   "int2",   "uint4",
        "nf4",    "fp4_bnb", "iq4_nl_codes", "f4e2m1",   "f4e3m0",  "f6e2m3", "f6e3m2", "f8e4m3fn",
        "f8e5m2", "f8e3m4",  "f8e2m5",       "levels23", "ternary", "binary"}) {
    const std::string options =
        cat("format: ", format, std::string(format) == "uint4" ? ", symmetric: false" : "");
    expect_runs(compressed(options), options);
  }
}

TEST(QuantizeWeights, BlockFormatsRunAndAreWrittenAndReadBack) {
  for (const char* format :
       {"mxfp4", "mxfp6_e2m3", "mxfp6_e3m2", "mxfp8_e4m3", "mxfp8_e5m2", "mxint8", "nvfp4"}) {
    for (const char* types : {"", ", narrow_types: true"}) {
      const std::string options = cat("format: ", format, types);
      expect_runs(compressed(options), options);
    }
  }
  expect_runs(compressed("format: f4e2m1, narrow_types: true"), "f4e2m1");
}

/// x [1, columns] through one product.
Model one_product(std::int64_t columns, std::int64_t rows) {
  Model model;
  Graph& g = *model.graph;
  Rng rng(6);
  Value* x = g.add_input("x", ValueType(dtype_of(ElementKind::f32), SymShape{1, columns}));
  Value* w = g.add_constant(compress_test::random_tensor({columns, rows}, rng, 0.02), "w");
  g.add_output(compress_test::one(g, "MatMul", {x, w}));
  model.opsets[""] = 21;
  return model;
}

// The two chained DequantizeLinear of NVFP4 weights, as TensorRT reads them: element x (scale of 16
// x scale of the tensor), with the greatest weight of the tensor at 6 x 448.
TEST(QuantizeWeights, Nvfp4IsWrittenAsTensorRtReadsIt) {
  Model model = one_product(32, 4);
  const Tensor w = model.graph->nodes()[0]->input(1)->constant();
  const RandomBatches none(1);
  MethodContext c = context_for(none);
  run_recipe(
      model,
      parse_recipe("steps: [quantize_weights: {format: nvfp4, method: rtn, narrow_types: true, "
                   "least_elements: 0}]"),
      c);
  const TempDir dir;
  write_model(model, dir.at("m.onnx"), {});
  const Model back = read_model(dir.at("m.onnx"));
  EXPECT_GE(back.opsets.at(""), 23);
  const Node* product = nullptr;
  for (const Node* node : back.graph->nodes()) {
    if (node->is("MatMul")) product = node;
  }
  ASSERT_NE(product, nullptr);
  const Node* outer = product->input(1)->producer();
  ASSERT_TRUE(outer != nullptr && outer->is("DequantizeLinear"));
  EXPECT_EQ(outer->input(0)->dtype(), ElementKind::f4e2m1);
  EXPECT_EQ(outer->int_or("block_size", 0), 16);
  const Node* inner = outer->input(1)->producer();
  ASSERT_TRUE(inner != nullptr && inner->is("DequantizeLinear"));
  EXPECT_EQ(inner->input(0)->dtype(), ElementKind::f8e4m3fn);
  float most = 0;
  for (const float v : w.to_floats()) most = std::max(most, std::fabs(v));
  const float whole = inner->input(1)->constant().item<float>();
  EXPECT_FLOAT_EQ(whole, most / (6 * 448));
  // Every weight is its nearest multiple: no further off than half the widest gap of the levels.
  const std::vector<float> codes = outer->input(0)->constant().to_floats();
  const std::vector<float> scales = inner->input(0)->constant().to_floats();
  for (std::int64_t k = 0; k < 32; ++k) {
    for (std::int64_t r = 0; r < 4; ++r) {
      const float scale = scales[static_cast<std::size_t>(k / 16 * 4 + r)] * whole;
      const float got = codes[static_cast<std::size_t>(k * 4 + r)] * scale;
      EXPECT_NEAR(got, w.to_floats()[static_cast<std::size_t>(k * 4 + r)], 1.1 * scale);
    }
  }
}

TEST(QuantizeWeights, BlockFormatsTakeTheBitsTheyShould) {
  const auto note = [](const std::string& options) {
    Model model = one_product(512, 64);
    const RandomBatches none(1);
    MethodContext c = context_for(none);
    run_recipe(model, parse_recipe("steps: [quantize_weights: {" + options + "}]"), c);
    return c.notes.at(0);
  };
  using testing::HasSubstr;
  EXPECT_THAT(note("format: nvfp4"), HasSubstr(" 4.52 bits"));  // and a table of 15 floats
  EXPECT_THAT(note("format: nvfp4, narrow_types: true"), HasSubstr(" 4.50 bits"));
  EXPECT_THAT(note("format: mxfp4"), HasSubstr(" 4.51 bits"));  // scales as bfloat16
  EXPECT_THAT(note("format: mxfp4, narrow_types: true"), HasSubstr(" 4.25 bits"));
  EXPECT_THAT(note("format: mxfp8_e4m3, narrow_types: true"), HasSubstr(" 8.25 bits"));
  EXPECT_THAT(note("format: mxfp6_e2m3"), HasSubstr("stored as uint8"));
}

TEST(QuantizeWeights, EveryGranularityRunsAndIsWrittenAndReadBack) {
  for (const char* format : {"int4", "nf4"}) {
    for (const char* rest : {"", "group: 8", "group: 5", "per_tensor: true"}) {
      const std::string options = cat("format: ", format, *rest == 0 ? "" : ", ", rest);
      expect_runs(compressed(options), options);
    }
  }
  expect_runs(compressed("format: uint4, symmetric: false, group: 8"), "asymmetric groups");
  expect_runs(compressed("format: uint4, method: hqq"), "hqq");
  // 27 columns as blocks of 9; 9 and 8 columns as one block.
  const Model blocks = compressed("format: uint4, method: hqq, group: 9");
  EXPECT_EQ(count(*blocks.graph, "Add"), 5U);  // one of the network, one for each layer
  expect_runs(blocks, "hqq in blocks");
  // 8 columns as blocks of 4, in the product along axis 0; 27 and 9 are no multiple.
  expect_runs(compressed("format: uint4, method: hqq, group: 4"), "hqq in some blocks");
  for (const char* extreme : {"restricted", "signed_level"}) {
    expect_runs(compressed(cat("format: int4, extreme: ", extreme)), extreme);
    expect_runs(compressed(cat("format: iq4_nl_codes, group: 4, extreme: ", extreme)), extreme);
  }
}

// Each layer's weights as the file says them: what the method chose, and nothing lost on the way.
TEST(QuantizeWeights, ZeroPointsBetweenTheLevelsStayExact) {
  Model model;
  Graph& g = *model.graph;
  Rng rng(4);
  Tensor w = compress_test::random_tensor({24, 6}, rng, 1);
  for (float& v : w.mutable_data<float>()) v = 5 + std::fabs(v);  // zero lies outside of the levels
  Value* x = g.add_input("x", ValueType(dtype_of(ElementKind::f32), SymShape{2, 24}));
  g.add_output(compress_test::one(g, "MatMul", {x, g.add_constant(w, "w")}));
  model.opsets[""] = 21;
  const Model before = model.clone();
  const RandomBatches none(1);
  MethodContext c = context_for(none);
  run_recipe(model,
             parse_recipe("steps: [quantize_weights: {format: uint4, method: hqq, group: 8, "
                          "least_elements: 0}]"),
             c);
  Tensor one(ElementKind::f32, {2, 24});
  for (std::int64_t k = 0; k < 24; ++k) {
    std::fill(one.mutable_data<float>().begin(), one.mutable_data<float>().end(), 0.0F);
    one.mutable_data<float>()[static_cast<std::size_t>(k)] = 1;
    const auto want = interpret(*before.graph, op_registry(), {one})[0].to_floats();
    const auto got = interpret(*model.graph, op_registry(), {one})[0].to_floats();
    // Half a step of a range of at most 9 in 15 steps, and what a moved zero point adds.
    for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(got[i], want[i], 0.6) << k;
  }
}

// Formats without numbers below zero have zero points whether asked for or not.
TEST(QuantizeWeights, UnsignedFormatsHoldNegativeWeights) {
  EXPECT_GT(db_of("format: uint4"), db_of("format: int4") - 3);
  EXPECT_GT(db_of("format: uint8"), db_of("format: int8") - 3);
}

// Three levels of the least error beat those by the mean, the method's own rule.
TEST(QuantizeWeights, TernaryScalesAreSearchedFor) {
  EXPECT_GT(db_of("format: ternary, method: mse"), db_of("format: ternary, method: rtn"));
}

// Six decibels a bit, finer scales help, and formats with as many bits lie close.
TEST(QuantizeWeights, ErrorsFollowTheBits) {
  const double int8 = db_of("format: int8");
  const double int4 = db_of("format: int4");
  const double int3 = db_of("format: int3");
  EXPECT_GT(int8, 38);
  EXPECT_NEAR(int8 - int4, 24, 5);
  EXPECT_NEAR(int4 - int3, 6, 3);
  EXPECT_GT(db_of("format: int4, group: 8"), int4);
  EXPECT_LT(db_of("format: int4, per_tensor: true"), int4);
  EXPECT_NEAR(db_of("format: nf4"), int4, 3);
}

TEST(QuantizeWeights, MethodsThatSeeTheInputsMoveTheOutputsLess) {
  const double rtn = db_of("format: int3, method: rtn");
  EXPECT_GT(db_of("format: int3, method: gptq"), rtn + 1);
  EXPECT_GT(db_of("format: int3, method: adaround, iterations: 500"), rtn + 1);
  EXPECT_GT(db_of("format: int3, method: gptq, sequential: true"), rtn + 1);
  EXPECT_GT(db_of("format: int3, method: imatrix"), rtn - 1);
  EXPECT_GT(db_of("format: int3, method: clip"), rtn);
  EXPECT_GT(db_of("format: uint3, method: hqq"), 0);
}

TEST(QuantizeWeights, SizeAndBitsAreWhatTheNoteSays) {
  std::vector<std::string> notes;
  const Model model = compressed("format: int4", &notes);
  EXPECT_NE(notes.at(0).find("4 of 4 layers"), std::string::npos) << notes[0];
  std::size_t bytes = 0;
  for (const Node* node : model.graph->nodes()) {
    if (!node->is("DequantizeLinear")) continue;
    EXPECT_EQ(node->input(0)->dtype(), ElementKind::i4);
    bytes += node->input(0)->constant().bytes().size();
  }
  // 216 + 72 + 64 + 40 weights.
  EXPECT_EQ(bytes, 196U);
  // Scales: 8 + 8 + 8 + 5 of 32 bits.
  EXPECT_NE(notes[0].find(fixed(4 + 29 * 32 / 392.0, 2)), std::string::npos) << notes[0];
}

TEST(QuantizeWeights, ChosenLayersOnly) {
  EXPECT_EQ(count(*compressed("keep_ends: true").graph, "DequantizeLinear"), 2U);
  EXPECT_EQ(count(*compressed("only: [first]").graph, "DequantizeLinear"), 1U);
  EXPECT_EQ(count(*compressed("keep_float: [first]").graph, "DequantizeLinear"), 3U);
  EXPECT_EQ(count(*compressed("format: int8, least_elements: 70").graph, "DequantizeLinear"), 2U);
}

TEST(QuantizeWeights, WithEightBitInputsRunsOnIntegerKernels) {
  // Negative scales give the same numbers, but no integer kernels.
  for (const char* extreme : {"half_step", "signed_level"}) {
    Model model = tiny_net();
    const RandomBatches batches(16);
    MethodContext c = context_for(batches);
    run_recipe(
        model,
        parse_recipe(cat("steps: [quantize_weights: {format: int4, least_elements: 0, "
                         "extreme: ",
                         extreme, "}, quantize_activations: {format: int8, calibration: minmax}]")),
        c);
    const auto session = Session::create(*model.graph, op_registry(), {});
    const auto inputs = RandomBatches(1, 5).get(0);
    const auto got = session->run(inputs)[0].to_floats();
    const auto want = interpret(*model.graph, op_registry(), inputs)[0].to_floats();
    for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 0.05) << extreme;
    EXPECT_NEAR(sqnr_db(*tiny_net().graph, *model.graph),
                db_of(cat("format: int4, extreme: ", extreme)), 3);
    std::size_t integer_kernels = 0;
    for (const StepInfo& step : session->steps()) {
      integer_kernels += step.kernel.find("int8") != std::string::npos ? 1 : 0;
    }
    if (std::string(extreme) == "half_step") {
      EXPECT_GE(integer_kernels, 4U);
    }
  }
}

TEST(QuantizeWeights, RefusesWhatHasNoForm) {
  const auto fault = [](const std::string& options) {
    try {
      compressed(options);
    } catch (const Error& e) {
      return e.fault();
    }
    return Fault::internal;
  };
  EXPECT_EQ(fault("format: int1000"), Fault::config);
  EXPECT_EQ(fault("format: float16"), Fault::config);
  EXPECT_EQ(fault("format: nf4, method: hqq"), Fault::config);
  EXPECT_EQ(fault("per_tensor: true, group: 8"), Fault::config);
}

TEST(QuantizeWeights, KnowsWhenItNeedsSamples) {
  const auto needs = [](const std::string& options) {
    return parse_recipe("steps: [quantize_weights: {" + options + "}]").needs_calibration();
  };
  EXPECT_TRUE(needs("method: gptq"));
  EXPECT_TRUE(needs("method: imatrix"));
  EXPECT_FALSE(needs("method: rtn"));
  EXPECT_FALSE(needs("format: nf4"));
}

TEST(QuantizeWeights, FormatsWithScalesOfTheirOwn) {
  const auto run = [](const std::string& options, std::string* note) {
    Model model = compress_test::tiny_net();
    const compress_test::RandomBatches batches(8);
    MethodContext c = compress_test::context_for(batches);
    run_recipe(model,
               parse_recipe("steps: [quantize_weights: {least_elements: 0, " + options + "}]"), c);
    EXPECT_TRUE(verify(*model.graph, op_registry()).empty());
    if (note != nullptr) *note = c.notes.at(0);
    return compress_test::sqnr_db(*compress_test::tiny_net().graph, *model.graph);
  };
  std::string note;
  EXPECT_GT(run("format: q8_0", &note), 35);
  EXPECT_NE(note.find("simulated"), std::string::npos) << note;
  EXPECT_EQ(compress_test::count(*compressed("format: q8_0").graph, "DequantizeLinear"), 0U);
  const double q4 = run("format: q4_k, method: imatrix", nullptr);
  EXPECT_GT(q4, 15);
  EXPECT_GT(run("format: nvfp4", nullptr), run("format: mxfp4", nullptr));
  EXPECT_THROW(run("format: q4_k, method: gptq", nullptr), Error);
}

TEST(QuantizeWeights, SaysWhichNameMayBeMeant) {
  const auto message = [](const std::string& step) {
    try {
      Model model = compress_test::tiny_net();
      const compress_test::RandomBatches batches(2);
      MethodContext c = compress_test::context_for(batches);
      run_recipe(model, parse_recipe("steps: [" + step + "]"), c);
    } catch (const Error& e) {
      EXPECT_EQ(e.fault(), Fault::config);
      return e.message();
    }
    return std::string();
  };
  const auto suggests = [&](const std::string& step, const std::string& name) {
    return message(step).find("did you mean '" + name + "'?") != std::string::npos;
  };
  EXPECT_TRUE(suggests("quantize_weight: {}", "quantize_weights"));
  EXPECT_TRUE(suggests("quantize_weights: {fromat: int4}", "format"));
  EXPECT_TRUE(suggests("quantize_weights: {format: itn4}", "int4"));
  EXPECT_TRUE(suggests("quantize_weights: {method: gtpq}", "gptq"));
  EXPECT_TRUE(suggests("quantize_weights: {keep_float: [frist]}", "first"));
  EXPECT_TRUE(suggests("mix_weights: {keep_float: [frist]}", "first"));
  EXPECT_NE(message("quantize_weights: {only: [nothing_like_it]}").find("no node is called"),
            std::string::npos);
}

}  // namespace
}  // namespace pare
