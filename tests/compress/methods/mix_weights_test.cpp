#include <gtest/gtest.h>

#include "compress/recipe.hpp"
#include "compress/tiny_net.hpp"

namespace pare {
namespace {

using compress_test::context_for;
using compress_test::count;
using compress_test::RandomBatches;
using compress_test::sqnr_db;
using compress_test::tiny_net;

struct Result {
  Model model = tiny_net();
  std::vector<std::string> notes;
  std::vector<PassEvent> events;
  double db = 0;

  explicit Result(const std::string& step) {
    const RandomBatches batches(16);
    MethodContext c = context_for(batches);
    run_recipe(model, parse_recipe("steps: [" + step + "]"), c);
    EXPECT_TRUE(verify(*model.graph, op_registry()).empty());
    notes = c.notes;
    events = c.events;
    db = sqnr_db(*tiny_net().graph, *model.graph);
  }
};

// Every assignment of two formats to four layers, by quantize_weights: none that fits the bits
// moves the outputs much less.
TEST(MixWeights, IsNearTheBestOfAllAssignments) {
  const std::vector<std::string> layers = {"first", "depthwise", "pointwise", "Gemm"};
  const std::vector<double> weights = {216, 72, 64, 40};
  const std::vector<double> scales = {8, 8, 8, 5};
  const double budget = 6.5 + 29 * 32 / 392.0;
  double best = 0;
  for (unsigned mask = 0; mask < 16; ++mask) {
    std::string wide;
    std::string narrow;
    double bits = 0;
    for (std::size_t l = 0; l < 4; ++l) {
      const bool eight = ((mask >> l) & 1U) != 0;
      (eight ? wide : narrow) += (eight ? wide : narrow).empty() ? layers[l] : ", " + layers[l];
      bits += (eight ? 8 : 4) * weights[l] + 32 * scales[l];
    }
    if (bits / 392 > budget) continue;
    std::string steps;
    const std::string tail = ", method: gptq, least_elements: 0}";
    if (!wide.empty()) steps += "quantize_weights: {format: int8, only: [" + wide + "]" + tail;
    if (!wide.empty() && !narrow.empty()) steps += ", ";
    if (!narrow.empty()) steps += "quantize_weights: {format: int4, only: [" + narrow + "]" + tail;
    best = std::max(best, Result(steps).db);
  }
  const Result mixed(
      cat("mix_weights: {formats: [int8, int4], least_elements: 0, bits: ", budget, "}"));
  EXPECT_GT(mixed.db, best - 1);
  EXPECT_EQ(mixed.events.size(), 4U);
}

TEST(MixWeights, MoreBitsMoveTheOutputsLess) {
  const auto db = [](double bits) {
    return Result(cat("mix_weights: {formats: [int8, int6, int4, nf4, int3], least_elements: 0, "
                      "bits: ",
                      bits, "}"))
        .db;
  };
  EXPECT_GT(db(11), db(6.5) + 8);  // all int8, all int4
}

TEST(MixWeights, TellsWhatItChoseAndMeasured) {
  const Result r("mix_weights: {formats: [int8, int4], least_elements: 0, bits: 8}");
  ASSERT_FALSE(r.notes.empty());
  for (const char* part : {"x int4", "x int8", "bits per weight", "measured", "expected"}) {
    EXPECT_NE(r.notes[0].find(part), std::string::npos) << r.notes[0];
  }
}

const std::string kFive = "mix_weights: {formats: [int8, int6, int4, nf4, int3], least_elements: 0";

double bits_in(const std::string& note) {
  const std::size_t end = note.find(" bits per weight");
  const std::size_t begin = note.rfind(' ', end - 1) + 1;
  return std::stod(note.substr(begin, end - begin));
}

TEST(MixWeights, KeepsTheSignalWithTheFewestBits) {
  const Result high(kFive + ", least_db: 32}");
  const Result low(kFive + ", least_db: 22}");
  EXPECT_GT(high.db, 30);  // on inputs that it has not seen
  EXPECT_GT(low.db, 20);
  EXPECT_LT(bits_in(low.notes[0]), bits_in(high.notes[0]) - 0.5);
  // The least noise for the bits that it took is not far below.
  const Result same(cat(kFive, ", bits: ", bits_in(low.notes[0]) + 0.01, "}"));
  EXPECT_LT(same.db, low.db + 6);
  EXPECT_NE(Result(kFive + ", least_db: 150, bits: 12}").notes.back().find("not"),
            std::string::npos);
}

TEST(MixWeights, MegabytesAreBits) {
  const double weights = 392;
  const Result bits(kFive + ", bits: 7.5}");
  const Result bytes(cat(kFive, ", megabytes: ", 7.5 * weights / 8e6, "}"));
  EXPECT_EQ(bits.notes[0], bytes.notes[0]);
}

TEST(MixWeights, TimeIsALimitToo) {
  const Result r(kFive + ", milliseconds: 1000, bits: 7.5}");
  EXPECT_NE(r.notes[0].find("ms expected"), std::string::npos) << r.notes[0];
  EXPECT_GT(r.db, Result(kFive + ", bits: 7.5}").db - 0.1);
  EXPECT_THROW(Result(kFive + ", milliseconds: 0.000001}"), Error);
}

TEST(MixWeights, Float32IsAChoice) {
  const Result r("mix_weights: {formats: [float32, int3], least_elements: 0, bits: 14}");
  EXPECT_NE(r.notes[0].find("x float32"), std::string::npos) << r.notes[0];
  EXPECT_LT(count(*r.model.graph, "DequantizeLinear"), 4U);
}

TEST(MixWeights, GradientsChooseAboutAsWellAsMeasuring) {
  for (const double bits : {6.5, 8.0}) {
    const std::string options = cat(kFive, ", samples: 16, bits: ", bits);
    const double measured = Result(options + "}").db;
    EXPECT_GT(Result(options + ", sensitivity: gradient}").db, measured - 3) << bits;
  }
}

TEST(MixWeights, RefusesBitsThatCannotBeHad) {
  const auto fault = [](const std::string& options) {
    try {
      Result("mix_weights: {least_elements: 0, " + options + "}");
    } catch (const Error& e) {
      EXPECT_NE(e.message().find("bits"), std::string::npos) << e.message();
      return e.fault();
    }
    return Fault::internal;
  };
  EXPECT_EQ(fault("formats: [int8], bits: 4"), Fault::config);
}

TEST(MixWeights, KeepsWhatItIsTold) {
  EXPECT_EQ(
      count(*Result("mix_weights: {keep_float: [first], least_elements: 0, bits: 12}").model.graph,
            "DequantizeLinear"),
      3U);
}

}  // namespace
}  // namespace pare
