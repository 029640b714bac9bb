#include "ops/random_draws.hpp"

namespace pare {
namespace {

const char* const kOp = "RandomNormalLike";

TEST(RandomNormalLike, TakesShapeAndTypeOfItsInput) {
  const Attributes a = {{"mean", -1.0F}, {"scale", 0.5F}, {"seed", 3.0F}};
  for (const ElementKind kind : {ElementKind::f32, ElementKind::f64, ElementKind::f16}) {
    const Tensor y = run_op(kOp, {Tensor(kind, {30, 70})}, a).at(0);
    EXPECT_EQ(y.shape(), (Shape{30, 70}));
    EXPECT_EQ(y.kind(), kind);
    expect_spread(y, -1, 0.5);
  }
  const Attributes wide = {{"dtype", static_cast<Int>(ElementKind::f64)}};
  EXPECT_EQ(run_op(kOp, {ints({1, 2})}, wide).at(0).kind(), ElementKind::f64);
}

TEST(RandomNormalLike, KeepsSymbolsAndRefusesWhatIsNone) {
  EXPECT_EQ(shape_text(kOp, {{Dim::symbol("N"), 3}}), "[N,3]");
  EXPECT_EQ(fault_of([] { run_unchecked(kOp, {ints({1})}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([] { run_unchecked(kOp, {ramp({1})}, {{"scale", kNan}}); }), Fault::corrupt);
}

TEST(RandomNormalLike, SeedsDecide) { expect_seeds(kOp, {ramp({9})}, {}, 1.0F, 2.0F); }

}  // namespace
}  // namespace pare
