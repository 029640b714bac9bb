#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(OneHot, MarksPositionsAndSkipsWhatLiesOutside) {
  const Tensor values = Tensor::of<float>({2}, {0, 5});
  const Tensor depth = Tensor::scalar<std::int64_t>(3);
  expect_close(run_op("OneHot", {ints({1, -1, 7}), depth, values})[0], {0, 5, 0, 0, 0, 5, 0, 0, 0},
               0);
  const Tensor y = run_op("OneHot", {ints({1, 0}), depth, values}, {{"axis", std::int64_t{0}}})[0];
  EXPECT_EQ(y.shape(), (Shape{3, 2}));
  expect_close(y, {0, 5, 5, 0, 0, 0}, 0);
}

TEST(OneHot, SymbolsAndRefusals) {
  const std::vector<ValueType> types = {typed(ElementKind::i64, {Dim::symbol("N")}),
                                        typed(ElementKind::i64, {}), typed(ElementKind::f32, {2})};
  EXPECT_EQ(
      to_string(infer_op("OneHot", types, {}, 0, "", {Tensor(), Tensor::scalar<std::int64_t>(4)})),
      "[N,4]");
  const Tensor depth = Tensor::scalar<std::int64_t>(3);
  EXPECT_EQ(fault_of([&] { run_op("OneHot", {ints({1}), depth, ramp({3})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] {
              run_op("OneHot", {ints({1}), Tensor::scalar<std::int64_t>(-1), ramp({2})});
            }),
            Fault::corrupt);
}

TEST(OneHot, GradientMatchesCentralDifferences) {
  expect_gradient("OneHot", {Tensor::of<std::int64_t>({4}, {0, 2, 5, -1}), ints({3}), noise({2})});
}

}  // namespace
}  // namespace pare
