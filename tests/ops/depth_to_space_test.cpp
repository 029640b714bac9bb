#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(DepthToSpace, PublishedExamples) {
  const Tensor x = Tensor::of<float>(
      {1, 8, 2, 3}, {0,  1,  2,  3,  4,  5,  9,  10, 11, 12, 13, 14, 18, 19, 20, 21,
                     22, 23, 27, 28, 29, 30, 31, 32, 36, 37, 38, 39, 40, 41, 45, 46,
                     47, 48, 49, 50, 54, 55, 56, 57, 58, 59, 63, 64, 65, 66, 67, 68});
  const Attributes dcr = {{"blocksize", Int{2}}};
  const Tensor y = run_op("DepthToSpace", {x}, dcr)[0];
  EXPECT_EQ(y.shape(), (Shape{1, 2, 4, 6}));
  expect_close(y, {0,  18, 1,  19, 2,  20, 36, 54, 37, 55, 38, 56, 3,  21, 4,  22,
                   5,  23, 39, 57, 40, 58, 41, 59, 9,  27, 10, 28, 11, 29, 45, 63,
                   46, 64, 47, 65, 12, 30, 13, 31, 14, 32, 48, 66, 49, 67, 50, 68},
               0);
  const Attributes crd = {{"blocksize", Int{2}}, {"mode", std::string("CRD")}};
  expect_close(run_op("DepthToSpace", {x}, crd)[0],
               {0,  9,  1,  10, 2,  11, 18, 27, 19, 28, 20, 29, 3,  12, 4,  13,
                5,  14, 21, 30, 22, 31, 23, 32, 36, 45, 37, 46, 38, 47, 54, 63,
                55, 64, 56, 65, 39, 48, 40, 49, 41, 50, 57, 66, 58, 67, 59, 68},
               0);
}

TEST(DepthToSpace, UndoesSpaceToDepth) {
  const Tensor x = ramp({2, 3, 6, 9});
  const Attributes three = {{"blocksize", Int{3}}};
  const Tensor deep = run_op("SpaceToDepth", {x}, three)[0];
  EXPECT_TRUE(identical(run_op("DepthToSpace", {deep}, three)[0], x));
}

TEST(DepthToSpace, AnyElementType) {
  const Attributes two = {{"blocksize", Int{2}}};
  const Tensor text = Tensor::of<std::string>({1, 4, 1, 1}, {"a", "b", "c", "d"});
  const auto out = run_op("DepthToSpace", {text}, two)[0];
  EXPECT_EQ(out.shape(), (Shape{1, 1, 2, 2}));
  EXPECT_EQ(out.data<std::string>()[2], "c");
  const Tensor narrow = Tensor::of<std::int64_t>({1, 4, 1, 2}, {0, 1, 2, 3, 4, 5, 6, 7})
                            .cast(dtype_of(ElementKind::u4));
  EXPECT_EQ(run_op("DepthToSpace", {narrow}, two)[0].to_ints(), (Shape{0, 2, 1, 3, 4, 6, 5, 7}));
}

TEST(DepthToSpace, SymbolsAndRefusals) {
  const Attributes two = {{"blocksize", Int{2}}};
  EXPECT_EQ(shape_text("DepthToSpace", {{Dim::symbol("N"), 16, Dim::symbol("H"), 3}}, two),
            "[N,4,2*H,6]");
  const auto fault = [](const Shape& x, Attributes a) {
    return fault_of([&] { run_unchecked("DepthToSpace", {ramp(x)}, a); });
  };
  EXPECT_EQ(fault({1, 6, 1, 1}, two), Fault::corrupt);
  EXPECT_EQ(fault({4, 1, 1}, two), Fault::corrupt);
  EXPECT_EQ(fault({1, 4, 1, 1}, {{"blocksize", Int{0}}}), Fault::corrupt);
  EXPECT_EQ(fault({1, 4, 1, 1}, {{"blocksize", Int{1} << 33}}), Fault::corrupt);
  EXPECT_EQ(fault({1, 4, 1, 1}, {}), Fault::corrupt);
  EXPECT_EQ(fault({1, 4, 1, 1}, {{"blocksize", Int{2}}, {"mode", std::string("RCD")}}),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] { shape_text("DepthToSpace", {{1, 6, 2, 2}}, two); }), Fault::corrupt);
}

TEST(DepthToSpace, GradientMatchesCentralDifferences) {
  expect_gradient("DepthToSpace", {noise({1, 8, 1, 2})}, {{"blocksize", Int{2}}});
  expect_gradient("DepthToSpace", {noise({1, 8, 1, 2})},
                  {{"blocksize", Int{2}}, {"mode", std::string("CRD")}});
}

}  // namespace
}  // namespace pare
