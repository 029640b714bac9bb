#include "ops/ml.hpp"

namespace pare {
namespace {

RuntimeValue run(const Tensor& x, const Attributes& a) {
  return run_ml_value("ZipMap", {ValueType(x.type(), to_symbolic(x.shape()))}, {x}, a);
}

TEST(ZipMap, OneMapPerRow) {
  const RuntimeValue z = run(ramp({2, 3}, 1), {{"classlabels_strings", Texts{"a", "b", "c"}}});
  ASSERT_EQ(z.elements().size(), 2U);
  EXPECT_EQ(texts_in(z.elements()[1].keys()), (Texts{"a", "b", "c"}));
  expect_close(z.elements()[0].values(), {1, 2, 3}, 0);
  expect_close(z.elements()[1].values(), {4, 5, 6}, 0);
  const RuntimeValue one = run(ramp({2}), {{"classlabels_int64s", Ints{7, -7}}});
  ASSERT_EQ(one.elements().size(), 1U);
  EXPECT_EQ(one.elements()[0].keys().to_ints(), (Ints{7, -7}));
  EXPECT_TRUE(run(ramp({0, 2}), {{"classlabels_int64s", Ints{7, -7}}}).elements().empty());
}

TEST(ZipMap, TheTypeIsASequenceOfMaps) {
  const std::vector<ValueType> x = {typed(ElementKind::f32, {Dim::symbol("N"), 2})};
  EXPECT_EQ(infer_type("ZipMap", x, {{"classlabels_int64s", Ints{7, 8}}}, 0, "ai.onnx.ml").text(),
            "seq(map(int64,float32[]))");
  EXPECT_EQ(
      infer_type("ZipMap", x, {{"classlabels_strings", Texts{"a", "b"}}}, 0, "ai.onnx.ml").text(),
      "seq(map(string,float32[]))");
}

TEST(ZipMap, RefusesOtherNumbersOfColumns) {
  const Attributes two = {{"classlabels_int64s", Ints{7, 8}}};
  EXPECT_EQ(fault_of([&] { run(ramp({2, 3}), two); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run(ramp({2, 1, 2}), two); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run(Tensor::scalar<float>(1), two); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run(ramp({2, 2}), {}); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
