#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(SpaceToDepth, PublishedExample) {
  const Tensor x = Tensor::of<float>({1, 1, 4, 6}, {0, 6, 1, 7,  2, 8,  12, 18, 13, 19, 14, 20,
                                                    3, 9, 4, 10, 5, 11, 15, 21, 16, 22, 17, 23});
  const Tensor y = run_op("SpaceToDepth", {x}, {{"blocksize", Int{2}}})[0];
  EXPECT_EQ(y.shape(), (Shape{1, 4, 2, 3}));
  std::vector<float> want;
  for (int i = 0; i < 24; ++i) want.push_back(static_cast<float>(i));
  expect_close(y, want, 0);
}

TEST(SpaceToDepth, ChannelsStayTogetherWithinABlock) {
  // Two channels of 2 x 2 pixels: first both channels of pixel (0, 0), then of (0, 1), ...
  const Tensor x = Tensor::of<float>({1, 2, 2, 2}, {1, 2, 3, 4, 10, 20, 30, 40});
  expect_close(run_op("SpaceToDepth", {x}, {{"blocksize", Int{2}}})[0],
               {1, 10, 2, 20, 3, 30, 4, 40}, 0);
}

TEST(SpaceToDepth, AnyElementType) {
  const Tensor bits = Tensor::of<bool>({1, 1, 2, 2}, {true, false, true, true});
  EXPECT_EQ(run_op("SpaceToDepth", {bits}, {{"blocksize", Int{2}}})[0].to_ints(),
            (Shape{1, 0, 1, 1}));
}

TEST(SpaceToDepth, SymbolsAndRefusals) {
  const Attributes two = {{"blocksize", Int{2}}};
  EXPECT_EQ(shape_text("SpaceToDepth", {{Dim::symbol("N"), 3, 8, 6}}, two), "[N,12,4,3]");
  const auto fault = [](const Shape& x, Attributes a) {
    return fault_of([&] { run_unchecked("SpaceToDepth", {ramp(x)}, a); });
  };
  EXPECT_EQ(fault({1, 1, 3, 4}, two), Fault::corrupt);
  EXPECT_EQ(fault({1, 4, 4}, two), Fault::corrupt);
  EXPECT_EQ(fault({1, 1, 4, 4}, {{"blocksize", Int{-2}}}), Fault::corrupt);
  EXPECT_EQ(fault({1, 1, 4, 4}, {{"blocksize", Int{1} << 33}}), Fault::corrupt);
  EXPECT_EQ(fault({1, 1, 4, 4}, {}), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { shape_text("SpaceToDepth", {{1, 3, 8, 5}}, two); }), Fault::corrupt);
}

TEST(SpaceToDepth, GradientMatchesCentralDifferences) {
  expect_gradient("SpaceToDepth", {noise({1, 2, 2, 4})}, {{"blocksize", Int{2}}});
}

}  // namespace
}  // namespace pare
