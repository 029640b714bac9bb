#include "ops/random_draws.hpp"

namespace pare {
namespace {

const char* const kOp = "RandomUniformLike";

TEST(RandomUniformLike, TakesShapeAndTypeOfItsInput) {
  const Attributes a = {{"low", 2.0F}, {"high", 4.0F}, {"seed", 3.0F}};
  for (const ElementKind kind : {ElementKind::f32, ElementKind::f64, ElementKind::bf16}) {
    const Tensor y = run_op(kOp, {Tensor(kind, {30, 70})}, a).at(0);
    EXPECT_EQ(y.shape(), (Shape{30, 70}));
    EXPECT_EQ(y.kind(), kind);
    expect_spread(y, 3, 2 / std::sqrt(12.0));
  }
}

TEST(RandomUniformLike, AnyInputWillDoWhenATypeIsGiven) {
  const Attributes a = {{"dtype", static_cast<Int>(ElementKind::f16)}};
  const Tensor text = Tensor::of<std::string>({2}, {"a", "b"});
  EXPECT_EQ(run_op(kOp, {text}, a).at(0).kind(), ElementKind::f16);
  EXPECT_EQ(fault_of([&] { run_unchecked(kOp, {text}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_unchecked(kOp, {ramp({2})}, {{"dtype", Int{6}}});
            }),
            Fault::corrupt);
  EXPECT_EQ(shape_text(kOp, {{Dim::symbol("N"), 3}}), "[N,3]");
}

TEST(RandomUniformLike, SeedsDecide) { expect_seeds(kOp, {ramp({9})}, {}, 1.0F, 2.0F); }

}  // namespace
}  // namespace pare
