#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Flatten, TwoDimensions) {
  const Tensor x = ramp({2, 3, 4});
  const auto flat = [&](std::int64_t axis) {
    return run_op("Flatten", {x}, {{"axis", axis}})[0].shape();
  };
  EXPECT_EQ(run_op("Flatten", {x})[0].shape(), (Shape{2, 12}));
  EXPECT_EQ(flat(0), (Shape{1, 24}));
  EXPECT_EQ(flat(3), (Shape{24, 1}));
  EXPECT_EQ(flat(-1), (Shape{6, 4}));
}

TEST(Flatten, KeepsSymbolsAndRefusesAxesOutside) {
  EXPECT_EQ(shape_text("Flatten", {{Dim::symbol("N"), 3, 4}}), "[N,12]");
  EXPECT_EQ(fault_of([] {
              run_op("Flatten", {ramp({2})}, {{"axis", std::int64_t{2}}});
            }),
            Fault::corrupt);
}

TEST(Flatten, GradientMatchesCentralDifferences) {
  expect_gradient("Flatten", {noise({2, 3, 4})}, {{"axis", Int{2}}});
}

}  // namespace
}  // namespace pare
