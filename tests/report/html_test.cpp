#include "report/html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <sstream>

#include "base/error.hpp"
#include "report/page.hpp"
#include "report/record.hpp"
#include "report/sections.hpp"
#include "search/trial.hpp"

namespace pare {
namespace {

using nlohmann::json;
using report_test::Page;
using report_test::parse_page;
using report_test::Tag;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kHostile = "\"><script>alert(1)</script><img src=x onerror='alert(2)'>";

/// Every text of `value` replaced, but for what the page reads as a word of its own.
void poison(json& value, const std::string& key = {}) {
  if (value.is_string() && key != "status" && key != "unit") value = kHostile + key;
  if (value.is_object()) {
    for (auto& [name, member] : value.items()) poison(member, name);
  } else if (value.is_array()) {
    for (json& element : value) poison(element, key);
  }
}

json poisoned_record() {
  json record = report_test::met_record();
  poison(record);
  return record;
}

std::vector<json> all_records() {
  return {report_test::met_record(), report_test::missed_record(), report_test::empty_record(),
          poisoned_record(), json{{"pare_record", 1}}};
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

Fault fault_of(const json& record) {
  try {
    render_html(record);
  } catch (const Error& e) {
    return e.fault();
  }
  return Fault::internal;
}

TEST(Html, EveryElementIsClosedAndEveryValueQuoted) {
  for (const json& record : all_records()) {
    EXPECT_THAT(parse_page(render_html(record)).problems, IsEmpty());
  }
}

TEST(Html, NothingInItBreaksItsOwnPolicy) {
  for (const json& record : all_records()) {
    const Page page = parse_page(render_html(record));
    for (const Tag& tag : page.tags) {
      for (const auto& [name, value] : tag.attributes) {
        EXPECT_NE(name, "style") << tag.name;
        EXPECT_NE(name.substr(0, 2), "on") << tag.name;
        EXPECT_NE(name, "src") << tag.name;
        EXPECT_TRUE(name != "href" || value.front() == '#') << value;
      }
      EXPECT_THAT(tag.name, Not(testing::AnyOf("img", "link", "iframe", "object", "base")));
    }
    EXPECT_EQ(page.named("script").size(), 2U);
    EXPECT_EQ(page.named("style").size(), 1U);
  }
}

TEST(Html, ThePolicyNamesTheHashesOfStyleAndScript) {
  // FIPS 180-4's example "abc", in base64.
  EXPECT_EQ(report::csp_hash("abc"), "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='");
  const Page page = parse_page(render_html(report_test::met_record()));
  std::string policy;
  for (const Tag& tag : page.named("meta")) {
    if (tag.attributes.count("http-equiv") > 0) policy = tag.attributes.at("content");
  }
  EXPECT_THAT(policy, HasSubstr("default-src 'none';"));
  EXPECT_THAT(policy, HasSubstr("style-src " + report::csp_hash(page.style) + ";"));
  EXPECT_THAT(policy, HasSubstr("script-src " + report::csp_hash(page.scripts.at(1)) + ";"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
}

TEST(Html, HoldsTheFilesOfStyleAndScriptAsTheyAre) {
  const Page page = parse_page(render_html(report_test::met_record()));
  EXPECT_EQ(page.style, read_text(PARE_SOURCE_DIR "/src/report/report.css", 1U << 20U));
  EXPECT_EQ(page.scripts.at(1), read_text(PARE_SOURCE_DIR "/src/report/report.js", 1U << 20U));
}

TEST(Html, IdsAreUniqueAndReferencesResolve) {
  for (const json& record : all_records()) {
    const Page page = parse_page(render_html(record));
    std::set<std::string> ids;
    for (const Tag& tag : page.having("id")) {
      EXPECT_TRUE(ids.insert(tag.attributes.at("id")).second) << tag.attributes.at("id");
    }
    for (const Tag& tag : page.having("href")) {
      EXPECT_EQ(ids.count(tag.attributes.at("href").substr(1)), 1U) << tag.attributes.at("href");
    }
    for (const Tag& tag : page.having("for")) EXPECT_EQ(ids.count(tag.attributes.at("for")), 1U);
    for (const Tag& tag : page.having("aria-labelledby")) {
      for (const std::string& id : words_of(tag.attributes.at("aria-labelledby"))) {
        EXPECT_EQ(ids.count(id), 1U) << id;
      }
    }
  }
}

TEST(Html, HeadCellsSayWhatTheyHead) {
  const Page page = parse_page(render_html(report_test::met_record()));
  for (const Tag& tag : page.named("th")) EXPECT_EQ(tag.attributes.count("scope"), 1U);
  EXPECT_GT(page.named("th").size(), 30U);
}

TEST(Html, TextsStandInBothLanguages) {
  for (const json& record : all_records()) {
    std::map<std::string, int> seen;
    for (const Tag& tag : parse_page(render_html(record)).having("lang")) {
      if (tag.name != "html") ++seen[tag.attributes.at("lang")];
    }
    EXPECT_EQ(seen["en"], seen["ko"]);
    EXPECT_GT(seen["en"], 10);
  }
}

TEST(Html, HoldsTheRecordItself) {
  for (const json& record : all_records()) {
    const Page page = parse_page(render_html(record));
    EXPECT_EQ(json::parse(page.scripts.at(0)), record);
    EXPECT_THAT(page.scripts.at(0), Not(HasSubstr("<")));
  }
}

TEST(Html, HostileNamesAreShownAsText) {
  const std::string html = render_html(poisoned_record());
  const Page page = parse_page(html);
  for (const char* key : {"name", "path", "layer", "node", "kernel_after", "why", "what", "reason",
                          "recipe", "command", "sha256", "cpu", "fingerprint", "metric"}) {
    EXPECT_THAT(page.text, HasSubstr(kHostile + std::string(key)));
  }
}

TEST(Html, HiddenCharactersBecomeVisible) {
  json record = report_test::met_record();
  record["warnings"] = {"\u202egnp.exe", "bell\x07", std::string("nul\0", 4), "not UTF-8 \xFF"};
  const Page page = parse_page(render_html(record));
  EXPECT_THAT(page.text, HasSubstr("\\u202egnp.exe"));
  EXPECT_THAT(page.text, HasSubstr("bell\\x07"));
  EXPECT_THAT(page.text, HasSubstr("nul\\x00"));
  EXPECT_THAT(page.text, HasSubstr("not UTF-8 \\xff"));
}

TEST(Html, WhatIsNoRecordIsCorrupt) {
  for (const json& wrong :
       {json(), json::array(), json("pare"), json::object(), json{{"pare_record", "1"}},
        json{{"pare_record", 1.5}}, json{{"pare_record", 0}}, json{{"pare_record", -1}}}) {
    EXPECT_EQ(fault_of(wrong), Fault::corrupt) << wrong;
  }
  EXPECT_EQ(fault_of(json{{"pare_record", 2}}), Fault::unsupported);
}

/// Paths to every value in `value`.
void collect(const json& value, const json::json_pointer& at,
             std::vector<json::json_pointer>& out) {
  if (!at.empty()) out.push_back(at);
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) collect(member, at / key, out);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) collect(value[i], at / i, out);
  }
}

TEST(Html, AnyFieldMayBeMissingOrOfAnotherType) {
  const json record = report_test::short_record();
  std::vector<json::json_pointer> paths;
  collect(record, json::json_pointer(), paths);
  ASSERT_GT(paths.size(), 150U);
  const std::vector<json> values = {json(),        json("text"), json(-1),
                                    json(1e300),   json(true),   json::array({json(), 3}),
                                    json::object()};
  for (const json::json_pointer& path : paths) {
    if (path.to_string() == "/pare_record") continue;
    for (const json& value : values) {
      json changed = record;
      changed[path] = value;
      ASSERT_THAT(parse_page(render_html(changed)).problems, IsEmpty()) << path << " = " << value;
    }
    json without = record;
    json& parent = without[path.parent_pointer()];
    if (!parent.is_object()) continue;
    parent.erase(path.back());
    ASSERT_THAT(parse_page(render_html(without)).problems, IsEmpty()) << path << " is missing";
  }
}

TEST(Html, TheTestRecordHasTheFieldsOfATrial) {
  const json written = to_json(Trial{});
  const json trial = report_test::met_record()["trials"][1];
  for (const auto& [key, value] : written.items()) {
    ASSERT_TRUE(trial.contains(key)) << key;
    if (!value.is_object()) continue;
    for (const auto& [inner, unused] : value.items()) {
      EXPECT_TRUE(trial[key].contains(inner)) << key << "." << inner;
    }
  }
}

}  // namespace
}  // namespace pare
