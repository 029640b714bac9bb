#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Trilu, UpperAndLowerWithMovedDiagonal) {
  const Tensor x = ramp({2, 3}, 1);
  const Attributes lower = {{"upper", std::int64_t{0}}};
  expect_close(run_op("Trilu", {x})[0], {1, 2, 3, 0, 5, 6}, 0);
  expect_close(run_op("Trilu", {x}, lower)[0], {1, 0, 0, 4, 5, 0}, 0);
  expect_close(run_op("Trilu", {x, Tensor::scalar<std::int64_t>(1)})[0], {0, 2, 3, 0, 0, 6}, 0);
  const auto far = Tensor::scalar<std::int64_t>(std::numeric_limits<std::int64_t>::min());
  expect_close(run_op("Trilu", {x, far})[0], {1, 2, 3, 4, 5, 6}, 0);
}

TEST(Trilu, KeepsSymbolsAndNeedsAMatrix) {
  EXPECT_EQ(shape_text("Trilu", {{Dim::symbol("N"), 4}}), "[N,4]");
  EXPECT_EQ(fault_of([] { run_op("Trilu", {ramp({3})}); }), Fault::corrupt);
}

TEST(Trilu, ContribFormIsTheSame) {
  const Tensor k = Tensor::scalar<std::int64_t>(1);
  const Tensor x = ramp({3, 3}, 1);
  expect_close(run_op("Trilu", {x, k}, {}, 1, "com.microsoft")[0], {0, 2, 3, 0, 0, 6, 0, 0, 0}, 0);
  expect_close(run_op("Trilu", {x}, {{"upper", Int{0}}}, 1, "com.microsoft")[0],
               {1, 0, 0, 4, 5, 0, 7, 8, 9}, 0);
}

TEST(Trilu, GradientMatchesCentralDifferences) {
  expect_gradient("Trilu", {noise({2, 3, 4})}, {{"upper", Int{0}}});
  expect_gradient("Trilu", {noise({3, 4}), Tensor::of<std::int64_t>({}, {1})});
}

}  // namespace
}  // namespace pare
