#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(MatMulInteger, PublishedExample) {
  const Tensor a = Tensor::of<std::uint8_t>({4, 3}, {11, 7, 3, 10, 6, 2, 9, 5, 1, 8, 4, 0});
  const Tensor b = Tensor::of<std::uint8_t>({3, 2}, {1, 4, 2, 5, 3, 6});
  const Tensor za = Tensor::of<std::uint8_t>({1}, {12});
  const Tensor zb = Tensor::of<std::uint8_t>({1}, {0});
  const Tensor y = run_op("MatMulInteger", {a, b, za, zb})[0];
  EXPECT_EQ(y.kind(), ElementKind::i32);
  EXPECT_EQ(y.to_ints(), (Shape{-38, -83, -44, -98, -50, -113, -56, -128}));
}

/// The product of (a - za) and (b - zb), the zero points given for every element.
Shape naive(const Tensor& a, const Shape& za, const Tensor& b, const Shape& zb) {
  const Shape av = a.to_ints();
  const Shape bv = b.to_ints();
  const std::int64_t m = a.dim(0);
  const std::int64_t k = a.dim(1);
  const std::int64_t n = b.dim(1);
  Shape y;
  for (std::int64_t r = 0; r < m; ++r) {
    for (std::int64_t c = 0; c < n; ++c) {
      std::int64_t sum = 0;
      for (std::int64_t l = 0; l < k; ++l) {
        sum += (av.at(r * k + l) - za.at(r)) * (bv.at(l * n + c) - zb.at(c));
      }
      y.push_back(sum);
    }
  }
  return y;
}

TEST(MatMulInteger, ZeroPointsPerRowAndPerColumnOfAnySign) {
  const Tensor a = Tensor::of<std::int8_t>({2, 3}, {-128, 127, 5, 0, -1, 100});
  const Tensor b = Tensor::of<std::uint8_t>({3, 4}, {255, 0, 7, 9, 128, 1, 2, 3, 77, 200, 250, 4});
  const Tensor za = Tensor::of<std::int8_t>({2}, {-128, 127});
  const Tensor zb = Tensor::of<std::uint8_t>({4}, {255, 0, 128, 9});
  const Shape want = naive(a, {-128, 127}, b, {255, 0, 128, 9});
  EXPECT_EQ(run_op("MatMulInteger", {a, b, za, zb})[0].to_ints(), want);
  EXPECT_EQ(run_op("MatMulInteger", {a, b, za.reshaped({2, 1}), zb.reshaped({1, 4})})[0].to_ints(),
            want);
  EXPECT_EQ(run_op("MatMulInteger", {a, b})[0].to_ints(), naive(a, {0, 0}, b, {0, 0, 0, 0}));
  EXPECT_EQ(run_op("MatMulInteger", {a, b, Tensor(), zb})[0].to_ints(),
            naive(a, {0, 0}, b, {255, 0, 128, 9}));
}

TEST(MatMulInteger, BatchesWithTheirOwnZeroPoints) {
  const Tensor a = Tensor::of<std::uint8_t>({2, 1, 2}, {1, 2, 3, 4});
  const Tensor b = Tensor::of<std::uint8_t>({2, 1}, {10, 20});
  EXPECT_EQ(run_op("MatMulInteger", {a, b})[0].to_ints(), (Shape{50, 110}));
  const Tensor za = Tensor::of<std::uint8_t>({2, 1, 1}, {1, 3});
  EXPECT_EQ(run_op("MatMulInteger", {a, b, za})[0].to_ints(), (Shape{20, 20}));
}

TEST(MatMulInteger, SymbolsAndRefusals) {
  const ValueType x = typed(ElementKind::u8, {Dim::symbol("N"), 8});
  const ValueType w = typed(ElementKind::i8, {8, 5});
  EXPECT_EQ(infer_type("MatMulInteger", {x, w}).text(), "int32[N,5]");
  const Tensor a(ElementKind::u8, {2, 3});
  const Tensor b(ElementKind::u8, {3, 4});
  const auto fault = [&](const Shape& za, const Shape& zb) {
    return fault_of([&] {
      run_unchecked("MatMulInteger",
                    {a, b, Tensor(ElementKind::u8, za), Tensor(ElementKind::u8, zb)});
    });
  };
  EXPECT_EQ(fault({3}, {}), Fault::corrupt);
  EXPECT_EQ(fault({}, {3}), Fault::corrupt);
  EXPECT_EQ(fault({3, 1}, {}), Fault::corrupt);
  EXPECT_EQ(fault({}, {1, 1, 4}), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run_unchecked("MatMulInteger", {a, a}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
