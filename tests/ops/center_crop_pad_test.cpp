#include "ops/elementwise.hpp"

namespace pare {
namespace {

const char* const kOp = "CenterCropPad";

TEST(CenterCropPad, TakesTheMiddleAndPadsBothSides) {
  const Tensor x = Tensor::of<float>({5}, {1, 2, 3, 4, 5});
  expect_close(run_op(kOp, {x, ints({3})}).at(0), {2, 3, 4}, 0);
  expect_close(run_op(kOp, {x, ints({2})}).at(0), {2, 3}, 0);  // one in front, two behind
  expect_close(run_op(kOp, {x, ints({5})}).at(0), {1, 2, 3, 4, 5}, 0);
  expect_close(run_op(kOp, {x, ints({8})}).at(0), {0, 1, 2, 3, 4, 5, 0, 0}, 0);
  EXPECT_EQ(run_op(kOp, {x, ints({0})}).at(0).shape(), (Shape{0}));
}

TEST(CenterCropPad, AxesMayBeChosenInAnyOrder) {
  const Tensor x = ramp({2, 2, 4});  // 0 .. 15
  const Attributes a = {{"axes", Ints{-1, 0}}};
  const Tensor y = run_op(kOp, {x, ints({2, 3})}, a).at(0);  // cut the last, pad the first
  EXPECT_EQ(y.shape(), (Shape{3, 2, 2}));
  expect_close(y, {1, 2, 5, 6, 9, 10, 13, 14, 0, 0, 0, 0}, 0);
}

TEST(CenterCropPad, TextIsFilledUpWithNothing) {
  const Tensor x = Tensor::of<std::string>({2}, {"a", "b"});
  const Tensor y = run_op(kOp, {x, Tensor::of<std::int32_t>({1}, {4})}).at(0);
  EXPECT_TRUE(identical(y, Tensor::of<std::string>({4}, {"", "a", "b", ""})));
}

TEST(CenterCropPad, KeepsSymbolsAndRefusesWhatDoesNotFit) {
  const ValueType x = typed(ElementKind::u8, {Dim::symbol("N"), 4});
  const ValueType one = typed(ElementKind::i64, {1});
  const Attributes last = {{"axes", Ints{1}}};
  EXPECT_EQ(to_string(infer_op(kOp, {x, one}, last, 0, "", {Tensor(), ints({9})})), "[N,9]");
  EXPECT_EQ(to_string(infer_op(kOp, {x, one}, last)), "[N,?]");
  const auto fails = [](const Shape& s, const Attributes& a = {}) {
    EXPECT_EQ(fault_of([&] { run_unchecked(kOp, {ramp({2, 3}), ints(s)}, a); }), Fault::corrupt);
  };
  fails({2});
  fails({2, -1});
  fails({2}, {{"axes", Ints{2}}});
  fails({2, 2}, {{"axes", Ints{0, -2}}});
}

}  // namespace
}  // namespace pare
