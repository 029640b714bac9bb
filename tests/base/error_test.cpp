#include "base/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pare {
namespace {

TEST(Error, TellsKindMessageAndFramesInOrder) {
  try {
    during([] { return "reading model.gguf"; },
           [] {
             during([] { return cat("reading tensor ", 4, " of ", 291); },
                    [] { throw Error(Fault::corrupt, "want 8 bytes at 131, got 3"); });
           });
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "error (corrupt): want 8 bytes at 131, got 3\n"
                 "  while reading tensor 4 of 291\n  while reading model.gguf");
    EXPECT_EQ(error.fault(), Fault::corrupt);
    EXPECT_EQ(error.message(), "want 8 bytes at 131, got 3");
  }
}

TEST(Error, DuringReturnsWhatTheBodyReturnsAndMakesNoFrameWithoutAnError) {
  int made = 0;
  int value = 5;
  int& same = during(
      [&] {
        ++made;
        return "unused";
      },
      [&]() -> int& { return value; });
  EXPECT_EQ(&same, &value);
  EXPECT_EQ(made, 0);
}

TEST(Error, OtherExceptionsPassUnchanged) {
  EXPECT_THROW(during([] { return "x"; }, [] { throw std::runtime_error("y"); }),
               std::runtime_error);
}

TEST(Error, ExitCodesAreThoseOfSysexitsAndDiffer) {
  const std::vector<std::pair<Fault, int>> codes = {
      {Fault::usage, 64},         {Fault::corrupt, 65},  {Fault::missing, 66},
      {Fault::unsupported, 69},   {Fault::internal, 70}, {Fault::resource, 71},
      {Fault::cannot_create, 73}, {Fault::io, 74},       {Fault::interrupted, 75},
      {Fault::permission, 77},    {Fault::config, 78}};
  std::set<std::string_view> names;
  for (const auto& [fault, code] : codes) {
    EXPECT_EQ(Error(fault, "").exit_code(), code);
    names.insert(to_string(fault));
  }
  EXPECT_EQ(names.size(), codes.size());
  EXPECT_EQ(names.count("unknown"), 0U);
}

TEST(Error, RequireThrowsOnlyWhenFalse) {
  EXPECT_NO_THROW(require(true, "fine"));
  try {
    require(false, "counts differ");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::internal);
    EXPECT_EQ(error.message(), "counts differ");
  }
}

}  // namespace
}  // namespace pare
