#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Where, PicksByTheMask) {
  const Tensor mask = column(true, false);
  const Tensor y = run_op("Where", {mask, row<float>(1, 2, 3), Tensor::scalar<float>(9)})[0];
  EXPECT_EQ(y.shape(), (Shape{2, 3}));
  expect_close(y, {1, 2, 3, 9, 9, 9}, 0);
}

TEST(Where, TakesText) {
  const Tensor mask = Tensor::of<bool>({2}, {false, true});
  const Tensor y = run_op("Where", {mask, Tensor::of<std::string>({1}, {"yes"}),
                                    Tensor::of<std::string>({1}, {"no"})})[0];
  EXPECT_EQ(y.data<std::string>()[0], "no");
  EXPECT_EQ(y.data<std::string>()[1], "yes");
}

TEST(Where, KeepsSymbolsAndRefusesOtherShapes) {
  const std::vector<ValueType> types = {typed(ElementKind::boolean, {Dim::symbol("N"), 1}),
                                        typed(ElementKind::f32, {3}), typed(ElementKind::f32, {})};
  EXPECT_EQ(to_string(infer_op("Where", types)), "[N,3]");
  const Tensor mask = Tensor::of<bool>({2}, {false, true});
  EXPECT_EQ(fault_of([&] { run_op("Where", {mask, ramp({3}), ramp({1})}); }), Fault::corrupt);
}

TEST(Where, GradientMatchesCentralDifferences) {
  const Tensor mask = Tensor::of<bool>({2, 1}, {true, false});
  expect_gradient("Where", {mask, noise({2, 3}), noise({3}, 2)});
  expect_gradient("Where", {mask, noise({}), noise({4, 1, 1}, 2)});
}

}  // namespace
}  // namespace pare
