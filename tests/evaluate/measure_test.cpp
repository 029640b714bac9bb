#include "evaluate/measure.hpp"
#include "base/temporary_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "evaluate/exchange.hpp"

namespace pare {
namespace {

using testing::HasSubstr;

class Measure : public testing::Test {
 protected:
  MeasureRequest model(const std::string& text) {
    const std::filesystem::path path = folder_.path() / cat("model", count_++);
    std::ofstream(path) << text << '\n';
    MeasureRequest r;
    r.model = path;
    r.threads = 1;
    return r;
  }
  static MeasureOptions brief() {
    MeasureOptions o;
    o.seconds = 0.2;
    o.least_runs = 5;
    o.most_runs = 500;
    return o;
  }

 private:
  TemporaryDirectory folder_;
  int count_ = 0;
};

TEST_F(Measure, TimesAModelInAnotherProcess) {
  MeasureOptions patient = brief();
  patient.seconds = 60;  // ended by the number of runs, however busy the machine is
  patient.most_runs = 50;
  const Measurement m = measure(model("product 64"), patient);
  EXPECT_GE(m.latency.runs, 5);
  EXPECT_EQ(m.run_ms.size(), 5U);  // one group per process
  std::size_t runs = 0;
  for (const std::vector<double>& group : m.run_ms) runs += group.size();
  EXPECT_EQ(m.latency.runs, static_cast<std::int64_t>(runs));
  EXPECT_GT(m.latency.median_ms, 0);
  EXPECT_GE(m.latency.p90_ms, m.latency.median_ms);
  EXPECT_GT(m.load_ms, 0);
  EXPECT_FALSE(m.target_version.empty());
}

TEST_F(Measure, SeesThatSixtyFourTimesTheWorkIsSlower) {
  const auto outcomes = measure_together({model("product 1024"), model("product 16")}, brief());
  ASSERT_EQ(outcomes.size(), 2U);
  ASSERT_FALSE(outcomes[0].error) << outcomes[0].error->what();
  ASSERT_FALSE(outcomes[1].error) << outcomes[1].error->what();
  const Speedup s = compare_latency(outcomes[0].value.run_ms, outcomes[1].value.run_ms);
  EXPECT_TRUE(s.is_faster()) << s.ratio;
}

TEST_F(Measure, KeepsTheOutputsOfOneRunWhenAsked) {
  MeasureRequest r = model("product 16");
  EXPECT_TRUE(measure(r, brief()).outputs.empty());
  r.keep_outputs = true;
  const std::vector<Tensor> once = measure(r, brief()).outputs;
  const std::vector<Tensor> again = measure(r, brief()).outputs;
  ASSERT_EQ(once.size(), 1U);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_GT(once[0].size(), 0);
  EXPECT_TRUE(identical(once[0], again[0]));
}

TEST_F(Measure, MemoryGrowsByAtLeastTheModel) {
  const PeakMemory small = measure(model("constant 1"), brief()).memory;
  const PeakMemory large = measure(model("constant 65"), brief()).memory;
  EXPECT_GT(small.base_bytes, 0U);
  EXPECT_GT(large.peak_bytes, large.base_bytes);
  // 64 MB more of constant, and as much of input and output.
  EXPECT_GT(large.model_bytes(), small.model_bytes() + 3 * (std::uint64_t{64} << 20U) * 9 / 10);
}

TEST_F(Measure, CrashOfOneIsNoFailureOfTheOther) {
  const auto outcomes = measure_together({model("crash"), model("product 8")}, brief());
  ASSERT_TRUE(outcomes[0].error);
  EXPECT_EQ(outcomes[0].error->fault(), Fault::unsupported);
  EXPECT_THAT(outcomes[0].error->what(), HasSubstr("signal 9"));
  EXPECT_THAT(outcomes[0].error->what(), HasSubstr("model0"));
  EXPECT_FALSE(outcomes[1].error);
  EXPECT_GE(outcomes[1].value.latency.runs, 5);
}

TEST_F(Measure, HangingModelsAreStopped) {
  MeasureOptions o = brief();
  o.timeout_seconds = 0.3;
  const auto outcomes = measure_together({model("hang")}, o);
  ASSERT_TRUE(outcomes[0].error);
  EXPECT_EQ(outcomes[0].error->fault(), Fault::resource);
}

TEST_F(Measure, ErrorsKeepTheirFaultAndText) {
  try {
    (void)measure(model("nonsense"), brief());
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::corrupt);
    EXPECT_THAT(error.message(), HasSubstr("no toy model 'nonsense'"));
  }
  MeasureRequest unknown = model("product 4");
  unknown.target = "tensorrt";
  try {
    (void)measure(unknown, brief());
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::usage);
  }
}

TEST_F(Measure, WhatTheRuntimePrintsDoesNotConfuse) {
  EXPECT_GE(measure(model("chatter"), brief()).latency.runs, 5);
}

TEST_F(Measure, TakesGivenInputs) {
  MeasureRequest r = model("product 4");
  r.inputs = {Tensor::of<float>({1, 4}, {1, 2, 3, 4})};
  EXPECT_GE(measure(r, brief()).latency.runs, 5);
  r.inputs = {Tensor::of<float>({1, 3}, {1, 2, 3})};
  EXPECT_THROW((void)measure(r, brief()), Error);
}

TEST_F(Measure, OneProcessGroupsByTurns) {
  MeasureOptions o = brief();
  o.processes = 1;
  EXPECT_GT(measure(model("product 256"), o).run_ms.size(), 1U);
}

TEST_F(Measure, StopsAtMostRuns) {
  MeasureOptions o = brief();
  o.seconds = 30;
  o.most_runs = 7;
  EXPECT_EQ(measure(model("product 4"), o).latency.runs, 7);
}

TEST_F(Measure, SaysWhenTheProgramDoesNotKnowIt) {
  MeasureOptions o = brief();
  o.program = "/bin/cat";  // "no such file", and ends
  const auto outcomes = measure_together({model("product 4")}, o);
  ASSERT_TRUE(outcomes[0].error);
  o.program = "/nonexistent/program";
  EXPECT_EQ(measure_together({model("product 4")}, o)[0].error->fault(), Fault::resource);
}

TEST_F(Measure, ProgressMayInterrupt) {
  MeasureOptions o = brief();
  o.progress = [](const ProgressEvent&) { throw Error(Fault::interrupted, "stop"); };
  try {
    (void)measure(model("product 4"), o);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::interrupted);
  }
}

TEST(MadeUpInputs, FollowTypesSizesAndSeed) {
  const auto port = [](const char* name, ElementKind kind, SymShape shape) {
    return PortInfo{name, ValueType(dtype_of(kind), std::move(shape))};
  };
  const std::vector<PortInfo> ports = {
      port("x", ElementKind::f32, {Dim::symbol("N"), 3, Dim::unknown()}),
      port("ids", ElementKind::i64, {Dim::symbol("N"), Dim::symbol("T")}),
      port("half", ElementKind::f16, {2}), port("mask", ElementKind::boolean, {2})};
  const auto a = make_up_inputs(ports, {{"N", 2}, {"T", 5}}, 1);
  ASSERT_EQ(a.size(), 4U);
  EXPECT_EQ(a[0].shape(), (Shape{2, 3, 1}));
  for (const float v : a[0].data<float>()) EXPECT_TRUE(v >= 0 && v < 1);
  EXPECT_EQ(a[1].shape(), (Shape{2, 5}));
  for (const std::int64_t v : a[1].data<std::int64_t>()) EXPECT_EQ(v, 1);
  EXPECT_EQ(a[2].kind(), ElementKind::f16);
  EXPECT_TRUE(a[3].data<bool>()[0]);
  EXPECT_TRUE(identical(a[0], make_up_inputs(ports, {{"N", 2}, {"T", 5}}, 1)[0]));
  EXPECT_FALSE(identical(a[0], make_up_inputs(ports, {{"N", 2}, {"T", 5}}, 2)[0]));
  EXPECT_THROW((void)make_up_inputs({port("s", ElementKind::string, {1})}, {}, 0), Error);
  const PortInfo unranked{"u", ValueType(dtype_of(ElementKind::f32))};
  EXPECT_EQ(make_up_inputs({unranked}, {}, 0).at(0).shape(), Shape{});
}

}  // namespace
}  // namespace pare
