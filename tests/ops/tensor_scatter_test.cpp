#include "ops/elementwise.hpp"

namespace pare {
namespace {

Tensor at(const std::vector<std::int64_t>& starts) {
  return Tensor::of<std::int64_t>({static_cast<std::int64_t>(starts.size())}, starts);
}

const Tensor kCache = ramp({2, 4, 2});        // 0 .. 15
const Tensor kUpdate = ramp({2, 2, 2}, 100);  // 100 .. 107
const Attributes kCircular = {{"mode", std::string("circular")}};

TEST(TensorScatter, WritesFromTheFrontWithoutPlaces) {
  expect_close(run_op("TensorScatter", {kCache, kUpdate})[0],
               {100, 101, 102, 103, 4, 5, 6, 7, 104, 105, 106, 107, 12, 13, 14, 15}, 0);
}

TEST(TensorScatter, EveryBatchHasItsPlace) {
  expect_close(run_op("TensorScatter", {kCache, kUpdate, at({2, 1})})[0],
               {0, 1, 2, 3, 100, 101, 102, 103, 8, 9, 104, 105, 106, 107, 14, 15}, 0);
}

TEST(TensorScatter, CircularPlacesWrapAround) {
  const std::vector<float> want = {102, 103, 2,   3,   4,   5,   100, 101,  //
                                   8,   9,   104, 105, 106, 107, 14,  15};
  expect_close(run_op("TensorScatter", {kCache, kUpdate, at({3, 5})}, kCircular)[0], want, 0);
  expect_close(run_op("TensorScatter", {kCache, kUpdate, at({-1, -3})}, kCircular)[0], want, 0);
}

TEST(TensorScatter, AnyAxisBehindTheBatchAndAnyType) {
  const Tensor cache = Tensor::of<std::string>({1, 2, 3}, {"a", "b", "c", "d", "e", "f"});
  const Tensor update = Tensor::of<std::string>({1, 2, 1}, {"x", "y"});
  const Tensor y = run_op("TensorScatter", {cache, update, at({1})}, {{"axis", Int{-1}}})[0];
  EXPECT_TRUE(identical(y, Tensor::of<std::string>({1, 2, 3}, {"a", "x", "c", "d", "y", "f"})));
  const Tensor nibbles =
      Tensor::of<std::int8_t>({1, 3, 1}, {1, 2, 3}).cast(dtype_of(ElementKind::i4));
  const Tensor one = Tensor::of<std::int8_t>({1, 1, 1}, {-5}).cast(dtype_of(ElementKind::i4));
  EXPECT_EQ(run_op("TensorScatter", {nibbles, one, at({1})})[0].to_ints(),
            (std::vector<std::int64_t>{1, -5, 3}));
}

TEST(TensorScatter, SymbolsAndNothingToWrite) {
  const Dim n = Dim::symbol("N");
  EXPECT_EQ(to_string(infer_op("TensorScatter", {typed(ElementKind::f32, {n, 8, 128, 64}),
                                                 typed(ElementKind::f32, {n, 8, 1, 64})})),
            "[N,8,128,64]");
  const Tensor nothing(ElementKind::f32, {2, 0, 2});
  EXPECT_TRUE(identical(run_op("TensorScatter", {kCache, nothing})[0], kCache));
  EXPECT_EQ(fault_of([&] {
              infer_op("TensorScatter", {typed(ElementKind::f32, {n, 8, 128, 64}),
                                         typed(ElementKind::f32, {n, 4, 1, 64})});
            }),
            Fault::corrupt);
}

TEST(TensorScatter, WhatDoesNotFitIsCorrupt) {
  const auto run = [](const std::vector<Tensor>& inputs, const Attributes& attributes = {}) {
    return fault_of([&] { run_unchecked("TensorScatter", inputs, attributes); });
  };
  EXPECT_EQ(run({kCache, kUpdate, at({3, 0})}), Fault::corrupt);
  EXPECT_EQ(run({kCache, kUpdate, at({-1, 0})}), Fault::corrupt);
  EXPECT_EQ(run({kCache, kUpdate, at({0})}), Fault::corrupt);
  EXPECT_EQ(run({kCache, ramp({2, 5, 2})}), Fault::corrupt);
  EXPECT_EQ(run({kCache, ramp({2, 2, 3})}), Fault::corrupt);
  EXPECT_EQ(run({kCache, ramp({2, 2})}), Fault::corrupt);
  EXPECT_EQ(run({ramp({2}), ramp({2})}), Fault::corrupt);
  EXPECT_EQ(run({kCache, kUpdate}, {{"axis", Int{0}}}), Fault::corrupt);
  EXPECT_EQ(run({kCache, kUpdate}, {{"mode", std::string("other")}}), Fault::corrupt);
  EXPECT_EQ(run({kCache, kUpdate.cast(dtype_of(ElementKind::f64))}), Fault::corrupt);
}

}  // namespace
}  // namespace pare
