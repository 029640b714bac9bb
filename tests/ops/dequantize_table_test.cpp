#include "ops/elementwise.hpp"

namespace pare {
namespace {

using enum ElementKind;

Tensor codes(const std::vector<std::int64_t>& v, ElementKind kind, const Shape& shape) {
  return Tensor::of<std::int64_t>(shape, v).cast(dtype_of(kind));
}

Tensor list(const std::vector<float>& v, Shape shape = {}) {
  if (shape.empty()) shape = {static_cast<std::int64_t>(v.size())};
  return Tensor::of<float>(shape, v);
}

Tensor look_up(const Tensor& x, const Tensor& table, const Tensor& scale, Attributes a = {}) {
  return run_op("DequantizeTable", {x, table, scale}, std::move(a), 1, "pare").at(0);
}

TEST(DequantizeTable, EveryCodeTypeAndOneScale) {
  const Tensor table = list({-4, 0.5F, 7, 100});
  for (const ElementKind kind : {u8, u4, u2}) {
    const Tensor y = look_up(codes({3, 0, 1, 2, 1}, kind, {5}), table, Tensor::scalar(2.0F));
    expect_close(y, {200, -8, 1, 14, 1}, 0);
  }
}

TEST(DequantizeTable, ScalesPerIndexAndPerBlock) {
  const Tensor table = list({1, 10});
  const Tensor x = codes({0, 1, 0, 1, 1, 0}, u4, {2, 3});
  expect_close(look_up(x, table, list({1, 2, 3})), {1, 20, 3, 10, 20, 3}, 0);
  expect_close(look_up(x, table, list({1, 2}), {{"axis", Int{0}}}), {1, 10, 1, 20, 20, 2}, 0);
  // Blocks of two along the last dimension, the last one cut off.
  expect_close(
      look_up(x, table, list({1, 2, 3, 4}, {2, 2}), {{"axis", Int{-1}}, {"block_size", Int{2}}}),
      {1, 10, 2, 30, 30, 4}, 0);
}

TEST(DequantizeTable, ValuesHaveTheTypeOfTheTable) {
  const Tensor y = look_up(codes({1}, u8, {1}), list({0, 3}).cast(dtype_of(bf16)),
                           Tensor::scalar(0.5F).cast(dtype_of(bf16)));
  EXPECT_EQ(y.kind(), bf16);
  EXPECT_EQ(y.to_floats()[0], 1.5F);
}

TEST(DequantizeTable, RefusesCodesOutsideTheTableAndWrongShapes) {
  const Tensor one = Tensor::scalar(1.0F);
  EXPECT_EQ(fault_of([&] { look_up(codes({2}, u4, {1}), list({0, 1}), one); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              look_up(codes({0}, u4, {1}), list({0, 1}, {1, 2}), one);
            }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              look_up(codes({0, 0, 0}, u4, {3}), list({0}), list({1, 2}));
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
