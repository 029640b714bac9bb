#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(Unique, PublishedExamples) {
  const Tensor x = Tensor::of<float>({6}, {2, 1, 1, 3, 4, 3});
  const auto sorted = run_op("Unique", {x}, {}, 4);
  expect_close(sorted[0], {1, 2, 3, 4}, 0);
  EXPECT_EQ(sorted[1].to_ints(), (Shape{1, 0, 3, 4}));
  EXPECT_EQ(sorted[2].to_ints(), (Shape{1, 0, 0, 2, 3, 2}));
  EXPECT_EQ(sorted[3].to_ints(), (Shape{2, 1, 2, 1}));
  const auto found = run_op("Unique", {x}, {{"sorted", Int{0}}}, 4);
  expect_close(found[0], {2, 1, 3, 4}, 0);
  EXPECT_EQ(found[1].to_ints(), (Shape{0, 1, 3, 4}));
  EXPECT_EQ(found[2].to_ints(), (Shape{0, 1, 1, 2, 3, 2}));
  EXPECT_EQ(found[3].to_ints(), (Shape{1, 2, 2, 1}));
  const Tensor rows = Tensor::of<float>({3, 3}, {1, 0, 0, 1, 0, 0, 2, 3, 4});
  const auto by_row = run_op("Unique", {rows}, {{"axis", Int{0}}}, 4);
  EXPECT_EQ(by_row[0].shape(), (Shape{2, 3}));
  expect_close(by_row[0], {1, 0, 0, 2, 3, 4}, 0);
  EXPECT_EQ(by_row[1].to_ints(), (Shape{0, 2}));
  EXPECT_EQ(by_row[2].to_ints(), (Shape{0, 0, 1}));
  EXPECT_EQ(by_row[3].to_ints(), (Shape{2, 1}));
  const Tensor deep =
      Tensor::of<float>({2, 4, 2}, {1, 1, 0, 1, 2, 1, 0, 1, 1, 1, 0, 1, 2, 1, 0, 1});
  const auto by_column = run_op("Unique", {deep}, {{"axis", Int{1}}}, 4);
  expect_close(by_column[0], {0, 1, 1, 1, 2, 1, 0, 1, 1, 1, 2, 1}, 0);
  EXPECT_EQ(by_column[1].to_ints(), (Shape{1, 0, 2}));
  EXPECT_EQ(by_column[2].to_ints(), (Shape{1, 0, 2, 0}));
  EXPECT_EQ(by_column[3].to_ints(), (Shape{2, 1, 1}));
}

TEST(Unique, TextNotANumberAndNothing) {
  const auto text = run_op("Unique", {Tensor::of<std::string>({3}, {"b", "a", "b"})}, {}, 4);
  EXPECT_EQ(text[0].data<std::string>()[0], "a");
  EXPECT_EQ(text[3].to_ints(), (Shape{1, 2}));
  const auto nan = run_op("Unique", {Tensor::of<float>({4}, {kNan, 1, kNan, -1})}, {}, 4);
  expect_close(nan[0], {-1, 1, kNan}, 0);
  EXPECT_EQ(nan[3].to_ints(), (Shape{1, 1, 2}));
  EXPECT_EQ(run_op("Unique", {Tensor(ElementKind::f32, {0})}, {}, 4)[0].size(), 0);
}

TEST(Unique, SymbolsAndRefusals) {
  EXPECT_EQ(shape_text("Unique", {{Dim::symbol("N"), 3}}), "[?]");
  EXPECT_EQ(shape_text("Unique", {{Dim::symbol("N"), 3}}, {{"axis", Int{-1}}}), "[N,?]");
  EXPECT_EQ(fault_of([] {
              run_unchecked("Unique", {ramp({2})}, {{"axis", Int{1}}});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
