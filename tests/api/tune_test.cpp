#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "api/tiny_model.hpp"
#include "base/rng.hpp"
#include "data/npy.hpp"
#include "pare/pare.h"
#include "pare/pare.hpp"

namespace pare {
namespace {

using testing::HasSubstr;

class TuneTest : public testing::Test {
 protected:
  TuneTest() {
    tiny::classifier_file().write(folder_ / "model.onnx");
    write_samples(24, 0);
  }
  // Sample i lights up rows of class i % 4: the answer is known without running anything. With
  // `off` = 1, the label of every second one is another class.
  void write_samples(std::int64_t count, std::int64_t off) {
    Tensor x(ElementKind::f32, {count, 8});
    Tensor y(ElementKind::i64, {count});
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::int64_t row = 0; row < 8; ++row) {
        x.mutable_data<float>()[static_cast<std::size_t>(i * 8 + row)] =
            row % 4 == i % 4 ? 1.0F + 0.01F * static_cast<float>(i % 24) : 0.05F;
      }
      y.mutable_data<std::int64_t>()[static_cast<std::size_t>(i)] = (i + i % 2 * off) % 4;
    }
    write_npy(folder_ / "x.npy", x, true);
    write_npy(folder_ / "y.npy", y, true);
  }
  [[nodiscard]] TuneRequest request() const {
    TuneRequest r;
    r.model = folder_ / "model.onnx";
    r.output = folder_ / "small.onnx";
    r.data = (folder_ / "x.npy").string() + "," + (folder_ / "y.npy").string();
    r.measure_seconds = 0.1;
    r.threads = 1;
    return r;
  }
  tiny::Folder folder_;
};

TEST_F(TuneTest, MeetsALimitThatTheOriginalMeetsAndSaysSo) {
  TuneRequest r = request();
  r.min_accuracy = 0.99;
  std::vector<std::string> stages;
  r.progress = [&](const ProgressReport& p) {
    stages.push_back(p.stage);
    return true;
  };
  const TuneReport report = tune(r);
  EXPECT_TRUE(report.met);
  EXPECT_FALSE(report.chosen.empty());
  EXPECT_FALSE(stages.empty());
  ASSERT_EQ(report.verdicts.size(), 1U);
  EXPECT_EQ(report.verdicts[0].limit, "min_accuracy");
  EXPECT_DOUBLE_EQ(report.verdicts[0].got, 1);
  EXPECT_TRUE(report.verdicts[0].met);
  EXPECT_TRUE(nlohmann::json::accept(report.record_json));
  EXPECT_EQ(Engine::load(r.output).inspect().inputs.at(0).name, "x");
}

TEST_F(TuneTest, LimitsThatCannotBeMetAreMissed) {
  TuneRequest r = request();
  r.max_size_bytes = 1;
  r.max_seconds = 1e-6;  // one candidate is enough to miss
  const TuneReport report = tune(r);
  EXPECT_FALSE(report.met);
  ASSERT_EQ(report.verdicts.size(), 1U);
  EXPECT_FALSE(report.verdicts[0].met);
  EXPECT_GT(report.verdicts[0].got, 1);
}

TEST_F(TuneTest, TheClosestIsEvaluatedOnAllSamples) {
  tiny::classifier_file(400).write(folder_ / "model.onnx");
  write_samples(96, 1);  // half of the answers are wrong: a few samples show as much
  TuneRequest r = request();
  r.min_accuracy = 0.99;
  r.max_size_bytes = 1;  // so that the closest is a small one, not the original
  r.quick_samples = 8;
  const TuneReport report = tune(r);
  EXPECT_FALSE(report.met);
  EXPECT_NE(report.chosen, "original");
  ASSERT_EQ(report.verdicts.size(), 2U);
  EXPECT_DOUBLE_EQ(report.verdicts[0].got, 0.5);
  std::size_t in_part = 0;
  const auto record = nlohmann::json::parse(report.record_json);
  for (const auto& trial : record.at("trials")) {
    if (trial.at("name") == report.chosen) {
      EXPECT_EQ(trial.at("accuracy").at("samples"), 96);
    } else if (trial.at("accuracy").at("samples") < 96) {
      ++in_part;
    }
  }
  EXPECT_GT(in_part, 0U) << "none was dropped early, so this shows nothing";
}

TEST_F(TuneTest, TheCallerCanStopIt) {
  TuneRequest r = request();
  r.max_size_bytes = 1;
  r.progress = [](const ProgressReport&) { return false; };
  try {
    (void)tune(r);
    FAIL() << "was not stopped";
  } catch (const Failure& e) {
    EXPECT_EQ(e.kind(), FailureKind::interrupted);
  }
  EXPECT_FALSE(std::filesystem::exists(r.output));
}

TEST_F(TuneTest, WantsLimitsAndData) {
  for (const bool with_limit : {false, true}) {
    TuneRequest r = request();
    if (with_limit) {
      r.max_drop = 0.1;
      r.data.clear();
    }
    try {
      (void)tune(r);
      FAIL() << "no failure";
    } catch (const Failure& e) {
      EXPECT_EQ(e.kind(), FailureKind::usage);
      EXPECT_THAT(e.what(), HasSubstr(with_limit ? "data" : "limit"));
    }
  }
}

TEST_F(TuneTest, FromC) {
  const TuneRequest r = request();
  const std::string model = r.model.string(), output = r.output.string();
  pare_tune_request c;
  pare_tune_request_init(&c);
  c.model = model.c_str();
  c.output = output.c_str();
  c.data = r.data.c_str();
  c.measure_seconds = 0.1;
  c.threads = 1;
  EXPECT_EQ(pare_tune(&c, nullptr), PARE_USAGE);
  EXPECT_THAT(pare_last_error(), HasSubstr("limit"));
  c.min_accuracy = 0.9;
  char* record = nullptr;
  ASSERT_EQ(pare_tune(&c, &record), PARE_OK) << pare_last_error();
  EXPECT_TRUE(nlohmann::json::accept(record));
  pare_text_free(record);
  c.struct_size -= 1;
  EXPECT_EQ(pare_tune(&c, &record), PARE_USAGE);
  EXPECT_EQ(record, nullptr);
}

}  // namespace
}  // namespace pare
