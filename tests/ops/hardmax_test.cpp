#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Hardmax, MarksTheFirstGreatest) {
  const Tensor x = Tensor::of<float>({2, 3}, {3, 0, 3, -2, -1, -3});
  expect_close(run_op("Hardmax", {x})[0], {1, 0, 0, 0, 1, 0}, 0);
  expect_close(run_op("Hardmax", {x}, {{"axis", std::int64_t{0}}})[0], {1, 1, 1, 0, 0, 0}, 0);
}

TEST(Hardmax, KeepsSymbolsAndRefusesAxesOutside) {
  EXPECT_EQ(shape_text("Hardmax", {{Dim::symbol("N"), 4}}), "[N,4]");
  EXPECT_EQ(fault_of([] {
              run_op("Hardmax", {ramp({2})}, {{"axis", std::int64_t{1}}});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
