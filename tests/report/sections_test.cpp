#include "report/sections.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/page.hpp"
#include "report/record.hpp"

namespace pare::report {
namespace {

using nlohmann::json;
using report_test::Page;
using report_test::parse_page;
using report_test::Tag;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string text_of(const std::string& html) { return parse_page(html).text; }

TEST(Verdict, NamesTheChosenAndWhyNothingMilder) {
  const std::string text = text_of(verdict(report_test::met_record()));
  EXPECT_THAT(text, HasSubstr("Every limit is met"));
  EXPECT_THAT(text, HasSubstr("모든 제한을 만족합니다"));
  EXPECT_THAT(text,
              HasSubstr("“int8 (mse), 3 of 14 layers float” was chosen: of the 8 candidates"));
  for (const char* milder : {"original", "graph only", "16-bit weights", "weight-only int8",
                             "dynamic int8", "int8 (mse), 7 of 14 layers float"}) {
    EXPECT_THAT(text, HasSubstr(std::string("\n") + milder + " "));
  }
  EXPECT_THAT(text, Not(HasSubstr("int8 (minmax)")));  // more aggressive: no reason is owed
  EXPECT_THAT(text, HasSubstr("ConvInteger has no kernel on this target"));
}

TEST(Verdict, SaysByHowMuchALimitIsMet) {
  // 30 % of 9412688 bytes are 2823806; the chosen one has 2690233.
  const std::string text = text_of(verdict(report_test::met_record()));
  EXPECT_THAT(text, AllOf(HasSubstr("at most 2.82\u202fMB"),
                          HasSubstr("133.57\u202fkB (4.7\u202f%) to spare")));
  EXPECT_THAT(text, AllOf(HasSubstr("0.55 points to spare"), HasSubstr("여유 0.55%p")));
}

TEST(Verdict, SaysByHowMuchALimitIsMissed) {
  const std::string text = text_of(verdict(report_test::missed_record()));
  EXPECT_THAT(text, HasSubstr("Nothing meets every limit"));
  // 1 MB above 1690233 bytes.
  EXPECT_THAT(text, HasSubstr("misses: Size 2.69\u202fMB, 1.00\u202fMB (59.2\u202f%) over"));
  EXPECT_THAT(text, HasSubstr("제한보다 1.00\u202fMB (59.2\u202f%) 초과"));
  EXPECT_THAT(text, Not(HasSubstr("Why nothing milder")));
}

TEST(Verdict, ALimitFromBelowIsMissedFromBelow) {
  json record = report_test::missed_record();
  record["limits"] = json::array({{{"name", "min_accuracy"},
                                   {"unit", "share"},
                                   {"wanted", 0.95},
                                   {"got", 0.908},
                                   {"met", false}}});
  const std::string text = text_of(verdict(record));
  EXPECT_THAT(text, AllOf(HasSubstr("at least 95.00\u202f%"), HasSubstr("4.20 points under")));
}

TEST(Verdict, NothingMeasuredIsSaidPlainly) {
  const std::string text = text_of(verdict(report_test::empty_record()));
  EXPECT_THAT(text, AllOf(HasSubstr("Nothing could be measured"), HasSubstr("Not measured"),
                          HasSubstr("at most 4.50\u202fms"), Not(HasSubstr("Met"))));
  EXPECT_THAT(before_after(report_test::empty_record()), IsEmpty());
  EXPECT_THAT(trade_offs(report_test::empty_record()), IsEmpty());
}

TEST(Verdict, AnOriginalThatMeetsTheLimitsStays) {
  json record = report_test::met_record();
  record["met"] = false;
  record["chosen"] = 0;
  for (json& limit : record["limits"]) limit["met"] = true;
  EXPECT_THAT(text_of(verdict(record)), HasSubstr("The original already meets every limit"));
}

TEST(Warnings, ARestlessMachineIsNamed) {
  json record = report_test::met_record();
  EXPECT_THAT(warnings(record), IsEmpty());
  record["trials"][6]["baseline_latency_ms"]["spread"] = 0.61;
  EXPECT_THAT(text_of(warnings(record)), HasSubstr("61\u202f% before, 4\u202f% after"));
  record["trials"][6]["baseline_latency_ms"]["spread"] = 0.02;
  EXPECT_THAT(warnings(record), IsEmpty());
  record["trials"][6]["speedup"]["high"] = 360.0;
  EXPECT_THAT(text_of(warnings(record)), HasSubstr("\u2013360.00\u00d7"));
}

TEST(BeforeAfter, ShowsBothAndTheChange) {
  const std::string text = text_of(before_after(report_test::met_record()));
  EXPECT_THAT(text, AllOf(HasSubstr("9.41\u202fMB"), HasSubstr("2.69\u202fMB"),
                          HasSubstr("\u221271.4\u202f%"), HasSubstr("\u22120.45 points"),
                          HasSubstr("91.25\u202f%"), HasSubstr("2.26\u00d7"), HasSubstr("2,000")));
}

TEST(TradeOffs, EveryMeasuredTrialIsAPointThatLeadsToItsRow) {
  const json record = report_test::met_record();
  const Page page = parse_page(trade_offs(record));
  const Page table = parse_page(trials_table(record));
  std::map<std::string, int> points;
  for (const Tag& tag : page.having("data-trial")) ++points[tag.attributes.at("href")];
  EXPECT_EQ(points.size(), 8U);  // all but the failed one
  for (const auto& [target, times] : points) {
    EXPECT_EQ(times, 3) << target;  // once in each plot
    bool found = false;
    for (const Tag& row : table.named("tr")) {
      const auto id = row.attributes.find("id");
      found = found || (id != row.attributes.end() && "#" + id->second == target);
    }
    EXPECT_TRUE(found) << target;
  }
}

TEST(Trials, ReasonsAndRecipesStandInTheTable) {
  const std::string text = text_of(trials_table(report_test::met_record()));
  EXPECT_THAT(text, HasSubstr("Failed: unsupported: ConvInteger has no kernel on this target\n"));
  EXPECT_THAT(text, HasSubstr("실패: unsupported"));
  EXPECT_THAT(text, HasSubstr("Size 5.62\u202fMB, 2.80\u202fMB (99.1\u202f%) over the limit"));
  EXPECT_THAT(text, HasSubstr("quantize: {calibration: minmax, scheme: int8}"));
  EXPECT_THAT(text, HasSubstr("only 100 samples"));
}

TEST(Trials, ASlowerOneNamesTheFasterMilderOne) {
  json record = report_test::met_record();
  record["trials"][7]["limits"][0]["met"] = true;
  record["trials"][7]["slower_than"] = "graph only";
  EXPECT_THAT(text_of(trials_table(record)), HasSubstr("slower than the milder “graph only”"));
}

TEST(Layers, SensitivityCountsLayersAndMarksThoseLeftFloat) {
  const json record = report_test::met_record();
  const Page page = parse_page(sensitivity(record));
  std::size_t float_ones = 0;
  for (const json& row : record["sensitivity"]) float_ones += row["kept_float"] == true ? 1U : 0U;
  EXPECT_EQ(page.named("tr").size(), record["sensitivity"].size() + 1);
  std::size_t marked = 0;
  for (std::size_t at = page.text.find("float실수\n"); at != std::string::npos;
       at = page.text.find("float실수\n", at + 1)) {
    ++marked;
  }
  EXPECT_EQ(marked, float_ones);
}

TEST(Layers, BarsAreSharesOfTheLargest) {
  json record = report_test::short_record();
  json row = record["sensitivity"][0];
  record["sensitivity"] = json::array();
  for (const double db : {40.0, 10.0, -5.0}) {
    row["alone_sqnr_db"] = db;
    record["sensitivity"].push_back(row);
  }
  std::vector<std::string> widths;
  for (const Tag& tag : parse_page(sensitivity(record)).named("rect")) {
    if (tag.attributes.at("class") == "alone") widths.push_back(tag.attributes.at("width"));
  }
  EXPECT_THAT(widths, testing::ElementsAre("100%", "25%", "0%"));
}

TEST(Layers, TimesAddUp) {
  json record = report_test::met_record();
  record["layers"] = json::array({{{"node", "a"},
                                   {"op", "Conv"},
                                   {"kernel_before", "f32"},
                                   {"ms_before", 1.5},
                                   {"kernel_after", "s8"},
                                   {"ms_after", 0.5}},
                                  {{"node", "b"},
                                   {"op", "Relu"},
                                   {"kernel_before", "eltwise"},
                                   {"ms_before", 0.75},
                                   {"kernel_after", ""},
                                   {"ms_after", 0}}});
  const std::string text = text_of(layer_times(record));
  EXPECT_THAT(text, AllOf(HasSubstr("2.25\u202fms"), HasSubstr("0.500\u202fms"),
                          HasSubstr("0.750\u202fms\u2013")));  // fused away: a dash, not 0
}

TEST(Errors, ColumnsAreAsHighAsTheirCounts) {
  json record = report_test::met_record();
  record["error_histogram"] = {{"edges", {0, 5, 10, 15}}, {"counts_after", {4, 0, 1}}};
  std::vector<double> heights;
  for (const Tag& tag : parse_page(error_distribution(record)).named("rect")) {
    heights.push_back(std::stod(tag.attributes.at("height")));
  }
  ASSERT_EQ(heights.size(), 2U);  // none for an empty bin
  EXPECT_NEAR(heights[0] / heights[1], 4, 0.01);
}

TEST(Provenance, TheCommandQuotesForTheShell) {
  json record = report_test::met_record();
  EXPECT_EQ(reproduce_command(record),
            "pare compress models/birds.onnx --recipe recipe.yaml --data data/birds --preprocess "
            "imagenet-torch --calib-limit 128 --target native --seed 0 -o again.onnx");
  record["model"]["path"] = "it's; rm -rf *.onnx";
  EXPECT_THAT(reproduce_command(record), HasSubstr("compress 'it'\\''s; rm -rf *.onnx' --recipe"));
}

TEST(Provenance, SeedsKeepAllTheirDigits) {
  json record = report_test::met_record();
  record["seed"] = 18446744073709551615U;
  EXPECT_THAT(text_of(provenance(record)), HasSubstr("18446744073709551615"));
}

}  // namespace
}  // namespace pare::report
