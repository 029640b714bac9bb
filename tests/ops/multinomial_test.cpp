#include "ops/random_draws.hpp"

namespace pare {
namespace {

TEST(Multinomial, ClassesComeWithTheirProbability) {
  // exp gives 1 : 2 : 5 in the first row, in the second the last class alone.
  const Tensor x = Tensor::of<float>(
      {2, 3}, {std::log(1.0F) + 9, std::log(2.0F) + 9, std::log(5.0F) + 9, -kInf, -kInf, 0});
  const Attributes a = {{"sample_size", Int{4000}}, {"seed", 2.0F}};
  const Tensor y = run_op("Multinomial", {x}, a).at(0);
  EXPECT_EQ(y.shape(), (Shape{2, 4000}));
  EXPECT_EQ(y.kind(), ElementKind::i32);
  std::vector<int> counts(3);
  const std::vector<Int> v = y.to_ints();
  for (std::size_t i = 0; i < 4000; ++i) ++counts.at(static_cast<std::size_t>(v[i]));
  EXPECT_NEAR(counts[0], 500, 105);  // five deviations
  EXPECT_NEAR(counts[1], 1000, 137);
  EXPECT_NEAR(counts[2], 2500, 154);
  for (std::size_t i = 4000; i < 8000; ++i) ASSERT_EQ(v[i], 2);
}

TEST(Multinomial, HasTheTypeThatIsAskedFor) {
  const Attributes a = {{"dtype", static_cast<Int>(ElementKind::i64)}};
  const Tensor y = run_op("Multinomial", {Tensor(ElementKind::bf16, {3, 2})}, a).at(0);
  EXPECT_EQ(y.kind(), ElementKind::i64);
  EXPECT_EQ(y.shape(), (Shape{3, 1}));
}

TEST(Multinomial, SeedsDecide) {
  expect_seeds("Multinomial", {Tensor(ElementKind::f32, {1, 9})}, {{"sample_size", Int{50}}}, 1.0F,
               2.0F);
}

TEST(Multinomial, KeepsSymbolsAndRefusesWhatHasNoClass) {
  EXPECT_EQ(shape_text("Multinomial", {{Dim::symbol("N"), 3}}, {{"sample_size", Int{7}}}), "[N,7]");
  const auto fails = [](const Tensor& x, const Attributes& a = {}) {
    EXPECT_EQ(fault_of([&] { run_unchecked("Multinomial", {x}, a); }), Fault::corrupt);
  };
  fails(ramp({3}));
  fails(ramp({2, 0}));
  fails(ramp({2, 2}), {{"sample_size", Int{0}}});
  fails(ramp({2, 2}), {{"dtype", Int{1}}});
  fails(Tensor::of<float>({1, 2}, {-kInf, -kInf}));
  fails(Tensor::of<float>({1, 2}, {0, kNan}));
  fails(Tensor::of<float>({1, 2}, {0, kInf}));
}

}  // namespace
}  // namespace pare
