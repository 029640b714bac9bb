#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(EyeLike, OnesOnADiagonal) {
  expect_close(run_op("EyeLike", {ramp({2, 3})})[0], {1, 0, 0, 0, 1, 0}, 0);
  const Tensor y =
      run_op("EyeLike", {ramp({2, 3})}, {{"k", std::int64_t{1}}, {"dtype", std::int64_t{6}}})[0];
  EXPECT_EQ(y.kind(), ElementKind::i32);
  EXPECT_EQ(y.to_ints(), (Shape{0, 1, 0, 0, 0, 1}));
}

TEST(EyeLike, KeepsSymbolsAndNeedsAMatrix) {
  EXPECT_EQ(shape_text("EyeLike", {{Dim::symbol("N"), 4}}), "[N,4]");
  EXPECT_EQ(fault_of([] { run_op("EyeLike", {ramp({3})}); }), Fault::corrupt);
}

TEST(EyeLike, GradientMatchesCentralDifferences) { expect_gradient("EyeLike", {noise({2, 3})}); }

}  // namespace
}  // namespace pare
