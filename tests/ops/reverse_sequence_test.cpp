#include "ops/elementwise.hpp"
#include "ops/gradient_test.hpp"

namespace pare {
namespace {

TEST(ReverseSequence, ReversesTheFirstSteps) {
  const Tensor x = ramp({2, 3});
  const Attributes batch_first = {{"batch_axis", std::int64_t{0}}, {"time_axis", std::int64_t{1}}};
  expect_close(run_op("ReverseSequence", {x, ints({2, 3})}, batch_first)[0], {1, 0, 2, 5, 4, 3}, 0);
  expect_close(run_op("ReverseSequence", {x, ints({1, 2, 0})})[0], {0, 4, 2, 3, 1, 5}, 0);
}

TEST(ReverseSequence, KeepsSymbolsAndRefusesOtherLengths) {
  EXPECT_EQ(shape_text("ReverseSequence", {{Dim::symbol("N"), 4}, {4}}, {}, ElementKind::i64),
            "[N,4]");
  EXPECT_EQ(fault_of([] {
              run_op("ReverseSequence", {ramp({2, 2}), ints({3, 1})});
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_op("ReverseSequence", {ramp({2, 2}), ints({1})}); }), Fault::corrupt);
}

TEST(ReverseSequence, GradientMatchesCentralDifferences) {
  expect_gradient("ReverseSequence", {noise({4, 2}), ints({3, 1})});
  expect_gradient("ReverseSequence", {noise({2, 4}), ints({3, 4})},
                  {{"batch_axis", Int{0}}, {"time_axis", Int{1}}});
}

}  // namespace
}  // namespace pare
