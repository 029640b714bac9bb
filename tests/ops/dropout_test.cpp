#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Dropout, PassesThroughAtInference) {
  const Tensor x = ramp({2, 2});
  const auto y =
      run_op("Dropout", {x, Tensor::scalar<float>(0.5F), Tensor::scalar<bool>(false)}, {}, 2);
  EXPECT_TRUE(identical(y[0], x));
  expect_close(y[1], {1, 1, 1, 1}, 0);
}

TEST(Dropout, KeepsSymbolicShapesAndRefusesTraining) {
  EXPECT_EQ(shape_text("Dropout", {{Dim::symbol("N"), 2}}), "[N,2]");
  const Tensor ratio = Tensor::scalar<float>(0.5F);
  EXPECT_EQ(fault_of([&] {
              run_op("Dropout", {ramp({2}), ratio, Tensor::scalar<bool>(true)});
            }),
            Fault::unsupported);
  EXPECT_EQ(fault_of([] { run_unchecked("Dropout", {Tensor()}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
