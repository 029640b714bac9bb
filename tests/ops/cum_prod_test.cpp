#include "ops/elementwise.hpp"

namespace pare {
namespace {

TEST(CumProd, ForwardsBackwardsWithAndWithoutTheElement) {
  const Tensor x = ramp({2, 3}, 1);
  const auto run = [&](std::int64_t axis, std::int64_t exclusive, std::int64_t reverse) {
    return run_op("CumProd", {x, Tensor::scalar<std::int64_t>(axis)},
                  {{"exclusive", exclusive}, {"reverse", reverse}})[0];
  };
  expect_close(run(1, 0, 0), {1, 2, 6, 4, 20, 120}, 0);
  expect_close(run(1, 1, 0), {1, 1, 2, 1, 4, 20}, 0);
  expect_close(run(1, 0, 1), {6, 6, 3, 120, 30, 6}, 0);
  expect_close(run(1, 1, 1), {6, 3, 1, 30, 6, 1}, 0);
  expect_close(run(-2, 0, 0), {1, 2, 3, 4, 10, 18}, 0);
}

TEST(CumProd, IntegersWrapAndHalfFloatsAreMultipliedWide) {
  const Tensor axis = Tensor::scalar<std::int32_t>(0);
  const Tensor x = Tensor::of<std::int32_t>({3}, {65536, 65537, 3});
  const auto y = run_op("CumProd", {x, axis})[0];
  EXPECT_EQ(y.data<std::int32_t>()[1], 65536);
  EXPECT_EQ(y.data<std::int32_t>()[2], 3 * 65536);
  const auto u = run_op("CumProd", {Tensor::of<std::uint64_t>({2}, {1ULL << 63U, 3}), axis})[0];
  EXPECT_EQ(u.data<std::uint64_t>()[1], 1ULL << 63U);
  const Tensor half = Tensor::of<float>({3}, {300, 300, 0.5F}).cast(dtype_of(ElementKind::f16));
  expect_close(run_op("CumProd", {half, axis})[0], {300, kInf, 45000}, 4e-4F);
}

TEST(CumProd, KeepsSymbolsAndRefusesAxesOutside) {
  EXPECT_EQ(shape_text("CumProd", {{Dim::symbol("N"), 4}, {}}, {}, ElementKind::i64), "[N,4]");
  for (const std::int64_t axis : {1, -2}) {
    EXPECT_EQ(fault_of([&] {
                run_op("CumProd", {ramp({2}), Tensor::scalar<std::int64_t>(axis)});
              }),
              Fault::corrupt);
  }
}

TEST(CumProd, EmptyTensorsMayHaveLargeSizes) {
  const Tensor x(ElementKind::f32, {std::int64_t{1} << 12, 0, std::int64_t{1} << 12});
  for (const char* op : {"CumProd", "CumSum"}) {
    EXPECT_EQ(run_op(op, {x, Tensor::scalar<std::int64_t>(1)})[0].shape(), x.shape());
  }
}

}  // namespace
}  // namespace pare
