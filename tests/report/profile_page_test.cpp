#include "report/profile_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/sections.hpp"

namespace pare {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

json profile() {
  const auto node = [](const char* name, double ms, double gflops) {
    return json{{"node", name},         {"kernel", "onednn:conv"}, {"arithmetic", "f32"},
                {"mean_ms", ms},        {"share", ms / 3},         {"gflops", gflops},
                {"gb_per_s", 4.0},      {"intensity", 12.5},       {"roof_ms", ms / 2},
                {"roofline_share", 0.5}};
  };
  return {{"model", "folder/toy.onnx"},
          {"target", "native"},
          {"cpu", "a CPU"},
          {"threads", 2},
          {"total_ms", 3.0},
          {"roof_ms", 1.5},
          {"flops", 3e8},
          {"share_of_peak", 0.25},
          {"share_of_roof", 0.5},
          {"worst", {"Conv 'first'"}},
          {"peaks",
           {{{"threads", 2},
             {"f32_gflops", 200},
             {"bf16_gflops", 0},
             {"int8_gflops", 800},
             {"reads", {{{"bytes", 1}, {"gb_per_s", 100}}, {{"bytes", 2}, {"gb_per_s", 20}}}}}}},
          {"nodes", {node("Conv 'first'", 2, 80), node("Conv 'second'", 1, 120)}}};
}

TEST(ProfilePage, ShowsPictureTableAndMachineInBothLanguages) {
  const std::string page = profile_page(profile());
  EXPECT_THAT(page, HasSubstr("<h1><bdi>toy.onnx</bdi></h1>"));
  EXPECT_THAT(page, HasSubstr("<svg class=\"plot\""));
  EXPECT_THAT(page, HasSubstr("Conv &#39;second&#39;"));
  EXPECT_THAT(page, HasSubstr("lang=\"ko\""));
  EXPECT_THAT(page, HasSubstr("int8 800"));
  EXPECT_THAT(page, HasSubstr("memory 20 GB/s"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("http:")));
}

TEST(ProfilePage, NamesFromTheModelStayText) {
  json p = profile();
  const char* hostile = "\"><script>alert(1)</script>";
  p["model"] = hostile;
  p["cpu"] = hostile;
  p["worst"] = {hostile};
  p["nodes"][0]["node"] = hostile;
  p["nodes"][0]["kernel"] = hostile;
  EXPECT_THAT(profile_page(p), Not(HasSubstr("<script")));
}

TEST(ProfilePage, MissingFiguresAreNoError) {
  json p = profile();
  EXPECT_THAT(profile_page(json::object()), HasSubstr("</html>"));
  for (const char* key : {"model", "target", "cpu", "threads", "total_ms", "roof_ms", "flops",
                          "share_of_peak", "share_of_roof", "worst", "peaks", "nodes"}) {
    ASSERT_TRUE(p.contains(key));
    json part = p;
    part.erase(key);
    EXPECT_THAT(profile_page(part), HasSubstr("</html>")) << key;
    part[key] = "odd";
    EXPECT_THAT(profile_page(part), HasSubstr("</html>")) << key;
  }
  p["nodes"][0] = json::object();
  p["peaks"][0] = 7;
  EXPECT_THAT(profile_page(p), HasSubstr("</html>"));
}

TEST(ProfilePage, ARecordShowsTheRooflineOfItsResult) {
  EXPECT_EQ(report::roofline(json::object()), "");
  EXPECT_EQ(report::roofline({{"profile", nullptr}}), "");
  const std::string part = report::roofline({{"profile", profile()}});
  EXPECT_THAT(part, HasSubstr("<svg class=\"plot\""));
  EXPECT_THAT(part, HasSubstr("Conv &#39;first&#39;"));
  EXPECT_THAT(part, HasSubstr("int8 800"));
}

}  // namespace
}  // namespace pare
