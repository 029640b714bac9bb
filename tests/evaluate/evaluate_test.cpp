#include "evaluate/evaluate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace pare {
namespace {

/// Samples whose only array is the scores that the "model" will answer.
class ScoreData final : public Dataset {
 public:
  ScoreData(std::vector<std::vector<float>> scores, std::vector<std::int64_t> labels)
      : scores_(std::move(scores)), labels_(std::move(labels)) {}
  [[nodiscard]] std::string_view kind() const noexcept override { return "npy"; }
  [[nodiscard]] std::int64_t size() const noexcept override {
    return static_cast<std::int64_t>(scores_.size());
  }
  [[nodiscard]] Sample get(std::int64_t i) const override {
    const auto at = static_cast<std::size_t>(i);
    Sample s;
    s.inputs = {Tensor::of<float>({static_cast<std::int64_t>(scores_[at].size())}, scores_[at])};
    s.label = label(i);
    s.path = name(i);
    return s;
  }
  [[nodiscard]] std::optional<std::int64_t> label(std::int64_t i) const override {
    if (labels_.empty()) return std::nullopt;
    return labels_[static_cast<std::size_t>(i)];
  }
  [[nodiscard]] std::string name(std::int64_t i) const override { return cat("scores[", i, "]"); }
  [[nodiscard]] std::uint64_t size_bytes(std::int64_t) const override { return 4; }
  [[nodiscard]] bool labelled() const noexcept override { return !labels_.empty(); }
  [[nodiscard]] std::int64_t classes() const noexcept override { return 3; }

 private:
  std::vector<std::vector<float>> scores_;
  std::vector<std::int64_t> labels_;
};

/// Answers its input, and counts the rows it saw.
struct Echo {
  std::int64_t rows = 0;
  Subject subject(Dim batch = Dim::symbol("N")) {
    const ValueType type(dtype_of(ElementKind::f32), SymShape{std::move(batch), 3});
    return {{{"x", type}}, {{"y", type}}, [this](const std::vector<Tensor>& in) {
              rows += in[0].dim(0);
              return in;
            }};
  }
};

std::shared_ptr<const Dataset> ten_samples() {
  // Answers 0, 1, 2, 0, ...; labels all 0: right at 0, 3, 6, 9.
  std::vector<std::vector<float>> scores;
  for (int i = 0; i < 10; ++i) {
    std::vector<float> s(3, 0);
    s[static_cast<std::size_t>(i % 3)] = 1;
    scores.push_back(s);
  }
  return std::make_shared<ScoreData>(scores, std::vector<std::int64_t>(10, 0));
}

EvaluateOptions raw(std::int64_t batch = 1) {
  EvaluateOptions o;
  o.batch_size = batch;
  return o;
}

TEST(Evaluate, CountsRightAnswers) {
  Echo echo;
  const Evaluation e = evaluate(echo.subject(), ten_samples(), raw());
  EXPECT_EQ(e.metric, "top1");
  EXPECT_EQ(e.samples, 10);
  EXPECT_DOUBLE_EQ(e.value, 0.4);
  EXPECT_DOUBLE_EQ(e.top5, 1.0);
  // Class 0: TP 4, FN 6 -> 8 / 14; classes 1 and 2 are answered but never right.
  EXPECT_NEAR(e.macro_f1, 8.0 / 14 / 3, 1e-12);
  EXPECT_NEAR(e.interval.low, wilson(4, 10).low, 1e-12);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(e.predicted[static_cast<std::size_t>(i)], i % 3);
    EXPECT_EQ(e.correct[static_cast<std::size_t>(i)], i % 3 == 0);
  }
}

TEST(Evaluate, BatchSizeChangesNothing) {
  Echo one;
  const Evaluation want = evaluate(one.subject(), ten_samples(), raw(1));
  for (const std::int64_t batch : {3, 4, 10, 16}) {
    Echo echo;
    const Evaluation e = evaluate(echo.subject(), ten_samples(), raw(batch));
    EXPECT_EQ(e.predicted, want.predicted) << batch;
    EXPECT_EQ(e.samples, 10) << batch;
  }
  Echo fixed;  // a model that insists on four at once
  const Evaluation e = evaluate(fixed.subject(Dim(4)), ten_samples(), raw());
  EXPECT_EQ(e.predicted, want.predicted);
  EXPECT_EQ(e.samples, 10);
}

TEST(Evaluate, AdvancesWithoutRepeating) {
  Echo echo;
  Evaluator evaluator(echo.subject(), ten_samples(), raw());
  EXPECT_EQ(evaluator.total(), 10);
  EXPECT_EQ(evaluator.result().samples, 0);
  EXPECT_EQ(evaluator.advance(4).samples, 4);
  EXPECT_EQ(echo.rows, 4);
  const std::vector<std::int32_t> after_four = evaluator.result().predicted;
  EXPECT_EQ(std::count(after_four.begin(), after_four.end(), Evaluation::kNotSeen), 6);
  EXPECT_EQ(evaluator.advance(4).samples, 4);
  EXPECT_EQ(evaluator.advance().samples, 10);
  EXPECT_EQ(echo.rows, 10);
  EXPECT_DOUBLE_EQ(evaluator.result().value, 0.4);
}

TEST(Evaluate, LimitBoundsTheWork) {
  Echo echo;
  EvaluateOptions o = raw();
  o.limit = 6;
  const Evaluation e = evaluate(echo.subject(), ten_samples(), o);
  EXPECT_EQ(e.samples, 6);
  EXPECT_EQ(echo.rows, 6);
}

TEST(Evaluate, LabelOffsetShiftsClasses) {
  Echo echo;
  EvaluateOptions o = raw();
  o.label_offset = 1;
  EXPECT_DOUBLE_EQ(evaluate(echo.subject(), ten_samples(), o).value, 0.3);
}

TEST(Evaluate, RefusesWhatCannotBeJudged) {
  Echo echo;
  const auto unlabelled = std::make_shared<ScoreData>(std::vector<std::vector<float>>{{1, 0, 0}},
                                                      std::vector<std::int64_t>{});
  EXPECT_THROW((void)evaluate(echo.subject(), unlabelled, raw()), Error);
  const auto beyond = std::make_shared<ScoreData>(std::vector<std::vector<float>>{{1, 0, 0}},
                                                  std::vector<std::int64_t>{3});
  EXPECT_THROW((void)evaluate(echo.subject(), beyond, raw()), Error);
  EvaluateOptions o = raw();
  o.output = 1;
  EXPECT_THROW((void)evaluate(echo.subject(), ten_samples(), o), Error);
  o = raw();
  o.task = Task::detection;
  EXPECT_THROW((void)evaluate(echo.subject(), ten_samples(), o), Error);
}

TEST(Evaluate, ReportsProgressToTheEnd) {
  Echo echo;
  EvaluateOptions o = raw(4);
  std::vector<double> done;
  o.progress = [&](const ProgressEvent& e) {
    EXPECT_EQ(e.total, 10);
    done.push_back(e.done);
  };
  (void)evaluate(echo.subject(), ten_samples(), o);
  EXPECT_EQ(done, (std::vector<double>{4, 8, 10}));
}

TEST(Agreement, ComparesOnlyWhatBothHaveSeen) {
  Evaluation a;
  Evaluation b;
  a.predicted = {0, 1, 2, Evaluation::kNotSeen, 4};
  b.predicted = {0, 1, 0, 3, Evaluation::kNotSeen};
  const Agreement g = agreement(a, b);
  EXPECT_EQ(g.samples, 3);
  EXPECT_EQ(g.same, 2);
  EXPECT_NEAR(g.share(), 2.0 / 3, 1e-12);
}

TEST(AccuracyChange, CountsWonAndLost) {
  Evaluation before;
  Evaluation after;
  before.predicted = after.predicted = std::vector<std::int32_t>(5, 0);
  before.correct = {true, true, true, false, false};
  after.correct = {true, false, false, true, false};
  EXPECT_DOUBLE_EQ(accuracy_change(before, after).change, -0.2);
  EXPECT_NEAR(accuracy_change(before, after).interval.low, paired_change(1, 2, 5).interval.low,
              1e-12);
}

TEST(CompareOutputs, GivesTheErrorOfTheOther) {
  Echo echo;
  const Subject exact = echo.subject();
  Subject off = echo.subject();
  off.run = [](const std::vector<Tensor>& in) {
    Tensor y = in[0].clone();
    for (float& v : y.mutable_data<float>()) v *= 1.1F;
    return std::vector<Tensor>{y};
  };
  const auto same = compare_outputs(exact, exact, ten_samples(), raw());
  ASSERT_EQ(same.size(), 1U);
  EXPECT_EQ(same[0].output, "y");
  EXPECT_EQ(same[0].fidelity.count(), 30);
  EXPECT_EQ(same[0].fidelity.max_abs(), 0);
  EXPECT_NEAR(compare_outputs(exact, off, ten_samples(), raw(3))[0].fidelity.sqnr_db(), 20, 1e-4);
}

TEST(InputSpecs, LeaveOpenSizesOpen) {
  const auto specs = input_specs({{"x", ValueType(dtype_of(ElementKind::f32),
                                                  SymShape{Dim::symbol("N"), 3, Dim::unknown()})}});
  ASSERT_EQ(specs.size(), 1U);
  EXPECT_EQ(specs[0].name, "x");
  EXPECT_EQ(specs[0].kind, ElementKind::f32);
  EXPECT_EQ(specs[0].shape, (Shape{-1, 3, -1}));
}

}  // namespace
}  // namespace pare
