#include "evaluate/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"

namespace pare {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

Error error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {Fault::internal, ""};
}

TEST(LineProcess, AnswersLineByLine) {
  LineProcess p("/bin/sh", {"-c", "while read -r x; do echo \"<$x>\"; done"});
  EXPECT_EQ(p.ask("a b", milliseconds(5000)), "<a b>");
  EXPECT_EQ(p.ask("second", milliseconds(5000)), "<second>");
}

TEST(LineProcess, KeepsWhatCameTogetherApart) {
  LineProcess p("/bin/sh", {"-c", "read x; printf '1\\n2\\n'; read x; read y"});
  EXPECT_EQ(p.ask("go", milliseconds(5000)), "1");
  EXPECT_EQ(p.ask("go", milliseconds(5000)), "2");
}

TEST(LineProcess, TellsExitStatusAndSignal) {
  LineProcess exits("/bin/sh", {"-c", "read x; exit 3"});
  const Error e = error_of([&] { (void)exits.ask("go", milliseconds(5000)); });
  EXPECT_EQ(e.fault(), Fault::unsupported);
  EXPECT_THAT(e.message(), HasSubstr("status 3"));
  LineProcess crashes("/bin/sh", {"-c", "read x; kill -SEGV $$"});
  EXPECT_THAT(error_of([&] { (void)crashes.ask("go", milliseconds(5000)); }).message(),
              HasSubstr("signal 11"));
  EXPECT_THAT(error_of([&] { (void)crashes.ask("again", milliseconds(5000)); }).message(),
              HasSubstr("has ended"));
}

TEST(LineProcess, StopsWaiting) {
  LineProcess p("/bin/sh", {"-c", "read x; exec sleep 60"});
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(error_of([&] { (void)p.ask("go", milliseconds(200)); }).fault(), Fault::resource);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(LineProcess, SaysWhenThereIsNoSuchProgram) {
  EXPECT_EQ(error_of([] { const LineProcess p("/nonexistent/x", {}); }).fault(), Fault::resource);
}

TEST(LineProcess, CarriesLongLines) {
  LineProcess p("/bin/cat", {});
  EXPECT_EQ(p.ask("short", milliseconds(5000)), "short");
  EXPECT_EQ(p.ask(std::string(100'000, 'y'), milliseconds(5000)), std::string(100'000, 'y'));
}

}  // namespace
}  // namespace pare
