#include "ops/random_draws.hpp"

namespace pare {
namespace {

TEST(Bernoulli, OnesComeWithTheirProbability) {
  for (const float p : {0.1F, 0.5F, 0.9F}) {
    const Tensor x = Tensor::of<float>({2000}, std::vector<float>(2000, p));
    const Tensor y = run_op("Bernoulli", {x}, {{"seed", 3.0F}}).at(0);
    EXPECT_EQ(y.shape(), x.shape());
    double ones = 0;
    for (const float v : y.to_floats()) {
      ASSERT_TRUE(v == 0 || v == 1);
      ones += static_cast<double>(v);
    }
    EXPECT_NEAR(ones / 2000, p, 5 * std::sqrt(0.25 / 2000));
  }
  std::vector<float> sure(200);
  for (std::size_t i = 0; i < sure.size(); i += 2) sure[i] = 1;
  expect_close(run_op("Bernoulli", {Tensor::of<float>({200}, sure)}).at(0), sure, 0);
}

TEST(Bernoulli, HasTheTypeThatIsAskedFor) {
  const Tensor x = Tensor::of<double>({2}, {0, 1});
  EXPECT_EQ(run_op("Bernoulli", {x}).at(0).kind(), ElementKind::f64);
  for (const ElementKind kind : {ElementKind::boolean, ElementKind::u8, ElementKind::bf16}) {
    const Tensor y = run_op("Bernoulli", {x}, {{"dtype", static_cast<Int>(kind)}}).at(0);
    EXPECT_EQ(y.kind(), kind);
    expect_close(y, {0, 1}, 0);
  }
}

TEST(Bernoulli, SeedsDecide) {
  const Tensor x = Tensor::of<float>({100}, std::vector<float>(100, 0.5F));
  expect_seeds("Bernoulli", {x}, {}, 1.0F, 2.0F);
}

TEST(Bernoulli, KeepsSymbolsAndRefusesWhatIsNoProbability) {
  EXPECT_EQ(shape_text("Bernoulli", {{Dim::symbol("N"), 3}}), "[N,3]");
  for (const float p : {-0.1F, 1.1F, kNan}) {
    const Tensor x = Tensor::of<float>({1}, {p});
    EXPECT_EQ(fault_of([&] { run_op("Bernoulli", {x}); }), Fault::corrupt);
  }
  EXPECT_EQ(fault_of([] {
              run_unchecked("Bernoulli", {ramp({1})}, {{"dtype", Int{8}}});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
