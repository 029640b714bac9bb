#include "search/study.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/temporary_directory.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

class StudyFile : public testing::Test {
 protected:
  TemporaryDirectory temporary_;
  fs::path folder_ = temporary_.path();
};

TEST_F(StudyFile, KeepsTrialsWhenOpenedAgain) {
  const fs::path file = folder_ / "deep" / "study.db";
  {
    Study study(file);
    study.put("a", {{"x", 1.5}});
    study.put("b", {{"x", 2}});
    study.put("a", {{"x", 3}});
  }
  const Study again(file);
  EXPECT_EQ(again.size(), 2);
  EXPECT_EQ(again.get("a").value()["x"], 3);
  EXPECT_FALSE(again.get("c").has_value());
}

TEST_F(StudyFile, TwoProgramsMayWriteAtOnce) {
  const fs::path file = folder_ / "study.db";
  Study one(file);
  Study two(file);
  one.put("a", 1);
  two.put("b", 2);
  EXPECT_EQ(one.get("b").value(), 2);
  EXPECT_EQ(two.size(), 2);
}

TEST_F(StudyFile, AFileThatIsNoStudyIsCorrupt) {
  const fs::path file = folder_ / "notes.txt";
  write_text(file, std::string(4096, 'x'), false);
  try {
    const Study study(file);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::corrupt);
    EXPECT_NE(e.message().find("notes.txt"), std::string::npos);
  }
}

TEST(Study, WithoutAPathItLivesInMemory) {
  Study study({});
  study.put("a", 1);
  EXPECT_EQ(study.size(), 1);
}

TEST(Trial, SurvivesTheDatabase) {
  Trial t;
  t.candidate = {"int8 (mse)", Rung::int8, parse_recipe("steps: [quantize: {scheme: int8}]")};
  t.status = Trial::Status::measured;
  t.accuracy = {"top1", 0.75, 0.7, 0.8, 400};
  t.latency.median_ms = 3.5;
  t.latency.iqr_ms = 0.1;
  t.speedup = {2, 1.9, 2.1};
  t.bytes = 12345;
  t.sha256 = "ab";
  t.complete = true;
  t.notes = {"53 layers"};
  const nlohmann::json stored = nlohmann::json::parse(to_json(t).dump());
  EXPECT_EQ(to_json(trial_from_json(stored)), to_json(t));
}

TEST(Trial, BrokenJsonIsCorrupt) {
  try {
    (void)trial_from_json({{"name", 3}});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), Fault::corrupt);
  }
}

}  // namespace
}  // namespace pare
