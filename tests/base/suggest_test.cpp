#include "base/suggest.hpp"

#include <gtest/gtest.h>

namespace pare {
namespace {

const std::vector<std::string> kMethods = {"optimize", "quantize", "quantize_weights",
                                           "bias_correction"};

TEST(Suggest, FindsTheNearestName) {
  EXPECT_EQ(nearest_name("quantise", kMethods), "quantize");
  EXPECT_EQ(nearest_name("quantize_wieghts", kMethods), "quantize_weights");
  EXPECT_EQ(nearest_name("OPTIMISE", kMethods), "optimize");
  EXPECT_EQ(nearest_name("bias-correction", kMethods), "bias_correction");
  EXPECT_EQ(nearest_name("itn4", {"int8", "int4", "uint4"}), "int4");  // an exchange is one change
}

TEST(Suggest, SaysNothingWhenNoneIsNear) {
  EXPECT_EQ(nearest_name("prune", kMethods), "");
  EXPECT_EQ(nearest_name("", kMethods), "");
  EXPECT_EQ(nearest_name("quantize", {}), "");
  EXPECT_EQ(nearest_name(std::string(1000, 'q'), kMethods), "");
  EXPECT_EQ(suggestion("prune", kMethods), "");
}

TEST(Suggest, EscapesNamesFromFiles) {
  EXPECT_EQ(suggestion("conv1", {"conv2"}), " (did you mean 'conv2'?)");
  EXPECT_EQ(suggestion("conv1", {"conv\x1b"}).find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace pare
