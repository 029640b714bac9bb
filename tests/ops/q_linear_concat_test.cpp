#include "ops/quantized.hpp"

namespace pare {
namespace {

using enum ElementKind;

TEST(QLinearConcat, EveryPartKeepsItsRealValues) {
  const Tensor a = codes(u8, {2, 1}, {12, 14});
  const Tensor b = codes(u8, {2, 2}, {0, 1, 2, 3});
  const Tensor y = run_contrib("QLinearConcat",
                               {one_float(0.5F), one_code(u8, 10), a, one_float(1),
                                one_code(u8, 10), b, one_float(0.25F), one_code(u8, 2)},
                               {{"axis", Int{-1}}})[0];
  ASSERT_EQ(y.shape(), (Shape{2, 3}));
  // a is 2, 4; b is -0.5, -0.25 (tie to the even code), 0, 0.25
  EXPECT_EQ(y.to_ints(), (Shape{14, 9, 10, 18, 10, 10}));
}

TEST(QLinearConcat, AddsSymbolicSizes) {
  const ValueType s = typed(f32, {});
  const ValueType z = typed(i8, {});
  const SymShape y = infer_op("QLinearConcat",
                              {s, z, typed(i8, {Dim::symbol("N"), Dim::symbol("C")}), s, z,
                               typed(i8, {Dim::symbol("N"), 3}), s, z},
                              {{"axis", Int{1}}}, 0, kMicrosoft);
  EXPECT_EQ(to_string(y), "[N,C+3]");
}

TEST(QLinearConcat, OtherSizesTypesAndCountsAreCorrupt) {
  const Tensor s = one_float(1);
  const Tensor z = one_code(u8, 0);
  const Tensor a = codes(u8, {2, 1}, {1, 2});
  const auto run = [&](std::vector<Tensor> parts, Int axis) {
    return fault_of([&] {
      std::vector<Tensor> all = {s, z};
      all.insert(all.end(), parts.begin(), parts.end());
      run_contrib("QLinearConcat", all, {{"axis", axis}});
    });
  };
  EXPECT_EQ(run({a, s, z, codes(u8, {3, 1}, {1, 2, 3}), s, z}, 1), Fault::corrupt);
  EXPECT_EQ(run({a, s, z, ramp({2, 1}), s, z}, 1), Fault::corrupt);
  EXPECT_EQ(run({a, s, z, a, s}, 1), Fault::corrupt);
  EXPECT_EQ(run({a, s, z}, 2), Fault::corrupt);
}

}  // namespace
}  // namespace pare
