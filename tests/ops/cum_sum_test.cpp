#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(CumSum, ForwardsBackwardsWithAndWithoutTheElement) {
  const Tensor x = ramp({2, 3}, 1);
  const Tensor axis = Tensor::scalar<std::int64_t>(1);
  const auto run = [&](std::int64_t exclusive, std::int64_t reverse) {
    return run_op("CumSum", {x, axis}, {{"exclusive", exclusive}, {"reverse", reverse}})[0];
  };
  expect_close(run(0, 0), {1, 3, 6, 4, 9, 15}, 0);
  expect_close(run(1, 0), {0, 1, 3, 0, 4, 9}, 0);
  expect_close(run(0, 1), {6, 5, 3, 15, 11, 6}, 0);
  expect_close(run(1, 1), {5, 3, 0, 11, 6, 0}, 0);
}

TEST(CumSum, KeepsSymbolsAndRefusesAxesOutside) {
  EXPECT_EQ(shape_text("CumSum", {{Dim::symbol("N"), 4}, {}}, {}, ElementKind::i64), "[N,4]");
  EXPECT_EQ(fault_of([] {
              run_op("CumSum", {ramp({2}), Tensor::scalar<std::int64_t>(1)});
            }),
            Fault::corrupt);
}

TEST(CumSum, GradientMatchesCentralDifferences) {
  for (const Int reverse : {0, 1}) {
    for (const Int exclusive : {0, 1}) {
      expect_gradient("CumSum", {noise({2, 4}), Tensor::of<std::int64_t>({}, {1})},
                      {{"reverse", reverse}, {"exclusive", exclusive}});
    }
  }
}

}  // namespace
}  // namespace pare
