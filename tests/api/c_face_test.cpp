#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "api/tiny_model.hpp"
#include "pare/pare.h"
#include "pare/pare.hpp"

extern "C" int pare_c99_check(const char* model_path, const char* output_path);

namespace pare {
namespace {

TEST(CFace, EveryFunctionFromC99) {
  const tiny::Folder folder;
  tiny::product_file().write(folder / "model.onnx");
  const std::string model = (folder / "model.onnx").string();
  const std::string output = (folder / "out.onnx").string();
  EXPECT_EQ(pare_c99_check(model.c_str(), output.c_str()), 0)
      << "is the line of c99_test.c; last error: " << pare_last_error();
}

TEST(CFace, StatusesAndTypesAreThoseOfTheCppFace) {
  EXPECT_EQ(PARE_USAGE, static_cast<int>(FailureKind::usage));
  EXPECT_EQ(PARE_CORRUPT, static_cast<int>(FailureKind::corrupt));
  EXPECT_EQ(PARE_MISSING, static_cast<int>(FailureKind::missing));
  EXPECT_EQ(PARE_UNSUPPORTED, static_cast<int>(FailureKind::unsupported));
  EXPECT_EQ(PARE_INTERNAL, static_cast<int>(FailureKind::internal));
  EXPECT_EQ(PARE_RESOURCE, static_cast<int>(FailureKind::resource));
  EXPECT_EQ(PARE_CANNOT_CREATE, static_cast<int>(FailureKind::cannot_create));
  EXPECT_EQ(PARE_IO, static_cast<int>(FailureKind::io));
  EXPECT_EQ(PARE_INTERRUPTED, static_cast<int>(FailureKind::interrupted));
  EXPECT_EQ(PARE_PERMISSION, static_cast<int>(FailureKind::permission));
  EXPECT_EQ(PARE_CONFIG, static_cast<int>(FailureKind::config));
  EXPECT_EQ(PARE_BOOL, static_cast<int>(ElementType::boolean));
  EXPECT_EQ(PARE_BFLOAT16, static_cast<int>(ElementType::bfloat16));
  EXPECT_EQ(PARE_INT2, static_cast<int>(ElementType::int2));
}

TEST(CFace, TheLastErrorBelongsToTheThread) {
  pare_model* model = nullptr;
  EXPECT_EQ(pare_model_load(nullptr, &model), PARE_USAGE);
  const std::string mine = pare_last_error();
  std::string other = "not run";
  std::thread([&] { other = pare_last_error(); }).join();
  EXPECT_EQ(other, "");
  EXPECT_EQ(pare_last_error(), mine);
  EXPECT_THAT(mine, testing::HasSubstr("path"));
}

}  // namespace
}  // namespace pare
