#include "ops/ml.hpp"

namespace pare {
namespace {

TEST(ArrayFeatureExtractor, TakesColumnsOfTheLastDimension) {
  const auto run = [](const Tensor& x, const Tensor& y) {
    return run_ml("ArrayFeatureExtractor", {x, y})[0];
  };
  expect_close(run(ramp({2, 2, 3}), numbers({2, 0, 2})), {2, 0, 2, 5, 3, 5, 8, 6, 8, 11, 9, 11}, 0);
  const Tensor row = run(texts({"a", "b", "c"}), Tensor::of<Int>({1, 2}, {1, 1}));
  EXPECT_EQ(row.shape(), (Shape{1, 2}));
  EXPECT_EQ(texts_in(row), (Texts{"b", "b"}));
  EXPECT_EQ(run(Tensor::of<Int>({2, 1}, {7, 8}), numbers({0})).to_ints(), (Ints{7, 8}));
  EXPECT_EQ(run(Tensor::of<double>({1, 2}, {1.5, 2.5}), numbers({1})).to_doubles()[0], 2.5);
  EXPECT_EQ(run(Tensor::of<std::int32_t>({1, 2}, {4, 5}), numbers({0})).to_ints(), (Ints{4}));
}

TEST(ArrayFeatureExtractor, RefusesColumnsOutside) {
  for (const Int k : {-1, 3}) {
    EXPECT_EQ(fault_of([&] {
                run_ml("ArrayFeatureExtractor", {ramp({2, 3}), numbers({k})});
              }),
              Fault::corrupt);
  }
  EXPECT_EQ(fault_of([&] {
              run_ml("ArrayFeatureExtractor", {Tensor::scalar<float>(1), numbers({0})});
            }),
            Fault::corrupt);
}

TEST(ArrayFeatureExtractor, ShapesFollowTheIndices) {
  const auto shape = infer_op(
      "ArrayFeatureExtractor",
      {typed(ElementKind::f32, {Dim::symbol("N"), 4}), typed(ElementKind::i64, {Dim::symbol("K")})},
      {}, 0, "ai.onnx.ml");
  EXPECT_EQ(to_string(shape), "[N,K]");
}

}  // namespace
}  // namespace pare
