#include "ops/sequences.hpp"

namespace pare {
namespace {

std::vector<Shape> shapes(const RuntimeValue& sequence) {
  std::vector<Shape> out;
  for (const RuntimeValue& v : sequence.elements()) out.push_back(v.tensor().shape());
  return out;
}

RuntimeValue cut(const Tensor& x, const RuntimeValue& split, const Attributes& attributes = {}) {
  return run_op_values("SplitToSequence", {x, split}, attributes).at(0);
}

Tensor sizes(const std::vector<std::int64_t>& n) {
  return Tensor::of<std::int64_t>({static_cast<std::int64_t>(n.size())}, n);
}

TEST(SplitToSequence, CutsIntoPartsOfOneSizeAndARest) {
  const RuntimeValue parts = cut(ramp({5, 2}), index_of(2));
  EXPECT_EQ(shapes(parts), (std::vector<Shape>{{2, 2}, {2, 2}, {1, 2}}));
  EXPECT_EQ(parts.elements()[2].tensor().to_floats(), (std::vector<float>{8, 9}));
}

TEST(SplitToSequence, CutsIntoGivenParts) {
  const RuntimeValue parts = cut(ramp({2, 4}), sizes({1, 0, 3}), {{"axis", Int{1}}});
  EXPECT_EQ(shapes(parts), (std::vector<Shape>{{2, 1}, {2, 0}, {2, 3}}));
  EXPECT_EQ(parts.elements()[2].tensor().to_floats(), (std::vector<float>{1, 2, 3, 5, 6, 7}));
}

TEST(SplitToSequence, CutsIntoSlices) {
  EXPECT_EQ(shapes(cut(ramp({2, 3}), {}, {{"axis", Int{-1}}})),
            (std::vector<Shape>{{2, 1}, {2, 1}, {2, 1}}));
  const RuntimeValue slices = cut(ramp({2, 3}), {}, {{"axis", Int{1}}, {"keepdims", Int{0}}});
  EXPECT_EQ(shapes(slices), (std::vector<Shape>{{2}, {2}, {2}}));
  EXPECT_EQ(slices.elements()[1].tensor().to_floats(), (std::vector<float>{1, 4}));
}

TEST(SplitToSequence, KeepsTheDimensionWhenPartsAreGiven) {
  EXPECT_EQ(shapes(cut(ramp({2}), index_of(1), {{"keepdims", Int{0}}})),
            (std::vector<Shape>{{1}, {1}}));
}

TEST(SplitToSequence, RefusesPartsThatDoNotFit) {
  for (const auto& bad : {sizes({1, 1}), sizes({4, -2}), sizes({INT64_MAX, 3}), index_of(0)}) {
    EXPECT_EQ(fault_of([&] { cut(ramp({2, 4}), bad, {{"axis", Int{1}}}); }), Fault::corrupt);
  }
}

}  // namespace
}  // namespace pare
