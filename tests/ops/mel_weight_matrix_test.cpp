#include "ops/elementwise.hpp"

namespace pare {
namespace {

const char* const kOp = "MelWeightMatrix";

std::vector<Tensor> setup(Int bins, Int length, Int rate, float low, float high) {
  return {Tensor::scalar<Int>(bins), Tensor::scalar<Int>(length), Tensor::scalar<Int>(rate),
          Tensor::scalar<float>(low), Tensor::scalar<float>(high)};
}

TEST(MelWeightMatrix, TrianglesRiseAndFall) {
  // From 0 to 700 Hz, mel 0 to 2595 log10 2, in steps of a quarter for two bands: 700 (2^(i/4) - 1)
  // Hz = 0, 132.4, 289.9 and 477.3. With (15 + 1) / 800 bins per Hz: bins 0, 2, 5 and 9.
  const Tensor y = run_op(kOp, setup(2, 15, 800, 0, 700)).at(0);
  EXPECT_EQ(y.shape(), (Shape{8, 2}));
  const float third = 1.0F / 3;
  expect_close(
      y, {0, 0, 0.5F, 0, 1, 0, 2 * third, third, third, 2 * third, 0, 1, 0, 0.75F, 0, 0.5F}, 2e-7F);
}

TEST(MelWeightMatrix, BandsNarrowerThanABinHaveOneWeight) {
  // All four corners fall into bin 0.
  expect_close(run_op(kOp, setup(2, 4, 8000, 0, 100)).at(0), {1, 1, 0, 0, 0, 0}, 0);
}

TEST(MelWeightMatrix, HasTheTypeThatIsAskedFor) {
  auto in = setup(2, 15, 800, 0, 700);
  in[3] = in[3].cast(dtype_of(ElementKind::f16));
  in[4] = in[4].cast(dtype_of(ElementKind::f16));
  const Tensor y = run_op(kOp, in, {{"output_datatype", static_cast<Int>(ElementKind::i32)}}).at(0);
  expect_close(y, {0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}, 0);
  EXPECT_EQ(y.kind(), ElementKind::i32);
}

TEST(MelWeightMatrix, KnowsItsShapeAndRefusesWhatIsNone) {
  std::vector<ValueType> types;
  for (const Tensor& t : setup(2, 15, 800, 0, 700)) types.emplace_back(t.type(), SymShape{});
  EXPECT_EQ(to_string(infer_op(kOp, types, {}, 0, "", setup(2, 15, 800, 0, 700))), "[8,2]");
  EXPECT_EQ(to_string(infer_op(kOp, types)), "[?,?]");
  const auto fails = [](const std::vector<Tensor>& in) {
    EXPECT_EQ(fault_of([&] { run_op(kOp, in); }), Fault::corrupt);
  };
  fails(setup(-1, 15, 800, 0, 700));
  fails(setup(2, 0, 800, 0, 700));
  fails(setup(2, Int{1} << 40, 800, 0, 700));
  fails(setup(2, 15, 0, 0, 700));
  fails(setup(2, 15, 800, -1, 700));
  fails(setup(2, 15, 800, 700, 0));
  fails(setup(2, 15, 800, 0, kInf));
  fails(setup(2, 15, 800, kNan, 700));
}

}  // namespace
}  // namespace pare
