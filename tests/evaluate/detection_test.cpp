#include "evaluate/detection.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.hpp"

namespace pare {
namespace {

Box box(std::int64_t label, float cx, float cy, float w, float h) { return {label, cx, cy, w, h}; }
Detection found(std::int64_t label, float cx, float score) {
  return {box(label, cx, 0.5F, 0.1F, 0.1F), score};
}
Box truth(std::int64_t label, float cx) { return box(label, cx, 0.5F, 0.1F, 0.1F); }

TEST(Iou, OfShiftedSquaresIsOneThird) {
  // 0.4 x 0.4, shifted by 0.2: 0.08 in common, 0.24 in all.
  EXPECT_NEAR(iou(box(0, 0.3F, 0.5F, 0.4F, 0.4F), box(0, 0.5F, 0.5F, 0.4F, 0.4F)), 1.0 / 3, 1e-6);
}

TEST(Iou, IsOneForEqualZeroForDistantOrEmptyBoxes) {
  const Box a = box(0, 0.5F, 0.5F, 0.2F, 0.1F);
  EXPECT_NEAR(iou(a, a), 1, 1e-9);
  EXPECT_EQ(iou(a, box(0, 0.9F, 0.9F, 0.1F, 0.1F)), 0);
  EXPECT_EQ(iou(box(0, 0.5F, 0.5F, 0, 0), box(0, 0.5F, 0.5F, 0, 0)), 0);
  // One inside the other: the share of the areas.
  EXPECT_NEAR(iou(box(0, 0.5F, 0.5F, 0.4F, 0.4F), box(0, 0.5F, 0.5F, 0.2F, 0.2F)), 0.25, 1e-6);
}

TEST(Suppress, KeepsTheBestOfOverlappingBoxesOfAClass) {
  const auto kept = suppress(
      {found(0, 0.50F, 0.6F), found(0, 0.51F, 0.9F), found(1, 0.51F, 0.5F), found(0, 0.80F, 0.4F)},
      0.5F, 10);
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_FLOAT_EQ(kept[0].score, 0.9F);
  EXPECT_EQ(kept[1].box.label, 1);
  EXPECT_FLOAT_EQ(kept[2].score, 0.4F);
}

TEST(Suppress, StopsAtTheLimit) {
  EXPECT_EQ(suppress({found(0, 0.1F, 1), found(0, 0.3F, 1), found(0, 0.5F, 1)}, 0.5F, 2).size(),
            2U);
}

TEST(MeanAp, MatchesAHandComputedCurve) {
  // Class 0: three truths; by score: hit, false, hit, false. Precision 1, 1/2, 2/3, 1/2 at recall
  // 1/3, 1/3, 2/3, 2/3: area 1/3 * 1 + 1/3 * 2/3. Class 1: one truth, never found.
  DetectionCounts c;
  c.add({found(0, 0.1F, 0.9F), found(0, 0.9F, 0.8F)}, {truth(0, 0.1F), truth(1, 0.5F)});
  c.add({found(0, 0.5F, 0.7F), found(0, 0.9F, 0.6F)}, {truth(0, 0.5F), truth(0, 0.3F)});
  const double class0 = 1.0 / 3 + 1.0 / 3 * 2.0 / 3;
  EXPECT_NEAR(c.ap().at(0), class0, 1e-12);
  EXPECT_EQ(c.ap().at(1), 0);
  EXPECT_NEAR(c.mean_ap(), class0 / 2, 1e-12);
  EXPECT_EQ(c.samples(), 2);
}

TEST(MeanAp, EnvelopeTakesTheBestLaterPrecision) {
  // False alarm first, then both truths: precision 0, 1/2, 2/3; the envelope is 2/3 throughout.
  DetectionCounts c;
  c.add({found(0, 0.9F, 0.9F), found(0, 0.1F, 0.8F), found(0, 0.5F, 0.7F)},
        {truth(0, 0.1F), truth(0, 0.5F)});
  EXPECT_NEAR(c.mean_ap(), 2.0 / 3, 1e-12);
}

TEST(MeanAp, EachTruthCountsOnce) {
  DetectionCounts c;
  c.add({found(0, 0.5F, 0.9F), found(0, 0.5F, 0.8F)}, {truth(0, 0.5F)});
  EXPECT_DOUBLE_EQ(c.mean_ap(), 1);  // the double comes after full recall
  DetectionCounts doubled_first;
  doubled_first.add({found(0, 0.5F, 0.9F), found(0, 0.5F, 0.8F), found(0, 0.1F, 0.7F)},
                    {truth(0, 0.5F), truth(0, 0.1F)});
  // hit, false, hit: 1/2 * 1 + 1/2 * 2/3.
  EXPECT_NEAR(doubled_first.mean_ap(), 0.5 + 0.5 * 2 / 3, 1e-12);
}

TEST(MeanAp, IgnoresClassesWithoutTruths) {
  DetectionCounts c;
  c.add({found(0, 0.5F, 0.9F), found(7, 0.5F, 0.99F)}, {truth(0, 0.5F)});
  EXPECT_DOUBLE_EQ(c.mean_ap(), 1);
  EXPECT_EQ(c.ap().count(7), 0U);
}

TEST(MeanAp, NeedsTheLabelAndHalfTheOverlap) {
  DetectionCounts wrong_label;
  wrong_label.add({found(1, 0.5F, 0.9F)}, {truth(0, 0.5F)});
  EXPECT_EQ(wrong_label.mean_ap(), 0);
  DetectionCounts far;  // shift 0.04 of 0.1: 0.06 / 0.14 < 1/2
  far.add({found(0, 0.54F, 0.9F)}, {truth(0, 0.5F)});
  EXPECT_EQ(far.mean_ap(), 0);
  DetectionCounts near;  // shift 0.03: 0.07 / 0.13 > 1/2
  near.add({found(0, 0.53F, 0.9F)}, {truth(0, 0.5F)});
  EXPECT_EQ(near.mean_ap(), 1);
}

TEST(MeanAp, IntervalHoldsTheValueAndRepeats) {
  DetectionCounts c;
  for (int i = 0; i < 30; ++i) {
    c.add({found(0, i % 3 == 0 ? 0.9F : 0.5F, 0.5F)}, {truth(0, 0.5F)});
  }
  const ConfidenceInterval a = c.interval(1);
  EXPECT_LT(a.low, c.mean_ap());
  EXPECT_GT(a.high, c.mean_ap());
  EXPECT_EQ(a.low, c.interval(1).low);
  EXPECT_EQ(a.high, c.interval(1).high);
}

TEST(DetectorOutput, RowsMultiplyObjectnessAndClass) {
  // Two candidates, two classes; pixels of a 100 x 200 input.
  const Tensor t = Tensor::of<float>({1, 2, 7}, {100, 50, 20, 10, 0.5F, 0.2F, 0.8F,  //
                                                 10, 10, 10, 10, 0.001F, 0.9F, 0.1F});
  DetectorOptions o;
  o.form = DetectorForm::rows;
  const auto d = decode_detections(t, 0, /*height=*/100, /*width=*/200, o);
  ASSERT_EQ(d.size(), 1U);
  EXPECT_EQ(d[0].box.label, 1);
  EXPECT_FLOAT_EQ(d[0].score, 0.4F);
  EXPECT_EQ(d[0].box, box(1, 0.5F, 0.5F, 0.1F, 0.1F));
}

TEST(DetectorOutput, ColumnsHaveNoObjectness) {
  // Fields first: cx, cy, w, h, class 0, class 1; three candidates; the second sample is asked for.
  std::vector<float> values(18, 0);
  values.insert(values.end(), {10, 50, 90, 10, 50, 90, 20, 20, 20, 20, 20, 20,  //
                               0.9F, 0, 0, 0, 0, 0.6F});
  const Tensor t = Tensor::of<float>({2, 6, 3}, values);
  DetectorOptions o;
  o.form = DetectorForm::columns;
  const auto d = decode_detections(t, 1, 100, 100, o);
  ASSERT_EQ(d.size(), 2U);
  EXPECT_EQ(d[0].box, box(0, 0.1F, 0.1F, 0.2F, 0.2F));
  EXPECT_EQ(d[1].box, box(1, 0.9F, 0.9F, 0.2F, 0.2F));
}

TEST(DetectorOutput, FormIsToldByShape) {
  DetectorOptions o;
  o.least_score = 2;  // nothing passes: only the form is judged
  EXPECT_TRUE(decode_detections(Tensor(ElementKind::f32, {1, 25200, 85}), 0, 640, 640, o).empty());
  EXPECT_TRUE(decode_detections(Tensor(ElementKind::f32, {1, 84, 8400}), 0, 640, 640, o).empty());
  EXPECT_TRUE(decode_detections(Tensor(ElementKind::f32, {1, 85, 22, 22}), 0, 352, 352, o).empty());
  EXPECT_THROW((void)decode_detections(Tensor(ElementKind::f32, {1, 1000}), 0, 224, 224, o), Error);
}

TEST(DetectorOutput, CellsOfAFeatureMap) {
  // 1 class, a map of 1 x 2; only the second cell holds something.
  const float size = std::log(0.25F / 0.75F);  // sigmoid gives 1/4
  const Tensor t = Tensor::of<float>({1, 6, 1, 2}, {0, 0.5F, 0, std::atanh(0.5F), 0, 0,  //
                                                    0, size, 0, size, 0, 0.5F});
  DetectorOptions o;
  const auto d = decode_detections(t, 0, 352, 352, o);
  ASSERT_EQ(d.size(), 1U);
  EXPECT_NEAR(d[0].score, 0.5F, 1e-6);  // 0.5^0.6 * 0.5^0.4
  EXPECT_NEAR(d[0].box.cx, 0.75F, 1e-6);
  EXPECT_NEAR(d[0].box.cy, 0.0F, 1e-6);
  EXPECT_NEAR(d[0].box.w, 0.25F, 1e-6);
  EXPECT_NEAR(d[0].box.h, 0.25F, 1e-6);
}

TEST(DetectorOutput, NanScoresAreNoDetections) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Tensor t = Tensor::of<float>({1, 1, 7}, {1, 1, 1, 1, nan, nan, nan});
  DetectorOptions o;
  o.form = DetectorForm::rows;
  EXPECT_TRUE(decode_detections(t, 0, 10, 10, o).empty());
}

TEST(DetectorOutput, UnknownFormIsRefusedWithTheNames) {
  EXPECT_EQ(parse_detector_form("columns"), DetectorForm::columns);
  try {
    (void)parse_detector_form("ssd");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::usage);
    EXPECT_NE(error.message().find("fastestdet"), std::string::npos);
  }
}

}  // namespace
}  // namespace pare
