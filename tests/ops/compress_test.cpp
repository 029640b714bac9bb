#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(Compress, KeepsSlicesOrElements) {
  const Tensor x = ramp({2, 3}, 1);
  const Tensor keep = Tensor::of<bool>({2}, {false, true});
  expect_close(run_op("Compress", {x, keep}, {{"axis", std::int64_t{1}}})[0], {2, 5}, 0);
  expect_close(run_op("Compress", {x, keep})[0], {2}, 0);
}

TEST(Compress, RankIsKnownAndTooManyConditionsAreCorrupt) {
  const std::vector<ValueType> types = {typed(ElementKind::f32, {Dim::symbol("N"), 3}),
                                        typed(ElementKind::boolean, {3})};
  EXPECT_EQ(to_string(infer_op("Compress", types, {{"axis", std::int64_t{1}}})), "[N,?]");
  const Tensor keep = Tensor::of<bool>({3}, {true, true, true});
  EXPECT_EQ(fault_of([&] { run_op("Compress", {ramp({2}), keep}); }), Fault::corrupt);
}

TEST(Compress, GradientMatchesCentralDifferences) {
  const Tensor keep = Tensor::of<bool>({3}, {true, false, true});
  expect_gradient("Compress", {noise({2, 4}), keep}, {{"axis", Int{1}}});
  expect_gradient("Compress", {noise({2, 4}), keep});
}

}  // namespace
}  // namespace pare
