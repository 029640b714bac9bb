#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "targets/target.hpp"

namespace pare {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view text) {
  try {
    (void)choose_target(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::usage);
    return error.message();
  }
  ADD_FAILURE() << text << " was accepted";
  return {};
}

TEST(Targets, AllAreCompleteAndHaveOwnNames) {
  std::set<std::string_view> names;
  for (const TargetDef& t : all_targets()) {
    EXPECT_TRUE(names.insert(t.name).second) << t.name;
    EXPECT_FALSE(t.what.empty()) << t.name;
    EXPECT_NE(t.status, nullptr) << t.name;
    EXPECT_NE(t.load, nullptr) << t.name;
    EXPECT_NE(t.supports, nullptr) << t.name;
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  }
  EXPECT_EQ(names.count("native"), 1U);
  EXPECT_EQ(names.count("onnxruntime"), 1U);
}

TEST(Targets, ChoiceCarriesTheLibrary) {
  EXPECT_EQ(choose_target("native").target->name, "native");
  EXPECT_EQ(choose_target("onnxruntime").options.library, "");
  const TargetChoice c = choose_target("onnxruntime:/opt/a:b/libonnxruntime.so");
  EXPECT_EQ(c.target->name, "onnxruntime");
  EXPECT_EQ(c.options.library, "/opt/a:b/libonnxruntime.so");
}

TEST(Targets, RefusalsListWhatThereIs) {
  EXPECT_THAT(refusal("tensorrt"), HasSubstr("native, onnxruntime"));
  EXPECT_THAT(refusal(""), HasSubstr("native"));
  EXPECT_THAT(refusal("native:/lib/x.so"), HasSubstr("takes no library"));
  EXPECT_THAT(refusal("onnxruntime:"), HasSubstr("nothing behind"));
}

}  // namespace
}  // namespace pare
