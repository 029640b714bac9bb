#include "ops/ml.hpp"

namespace pare {
namespace {

using enum ElementKind;

Tensor run(const Tensor& keys, const Tensor& values, const Attributes& a) {
  return run_ml_value("CastMap", {map_type(i64, values.kind())}, {RuntimeValue::map(keys, values)},
                      a)
      .tensor();
}

TEST(CastMap, DenseIsInTheOrderOfTheKeys) {
  const Tensor keys = numbers({5, -1, 3});
  const Tensor y = run(keys, Tensor::of<float>({3}, {1.5F, 2.5F, -3.5F}), {});
  EXPECT_EQ(y.shape(), (Shape{1, 3}));
  expect_close(y, {2.5F, -3.5F, 1.5F}, 0);
  EXPECT_EQ(run(keys, texts({"7", "8", "9"}), {{"cast_to", std::string("TO_INT64")}}).to_ints(),
            (Ints{8, 9, 7}));
  EXPECT_EQ(texts_in(run(keys, texts({"a", "b", "c"}), {{"cast_to", std::string("TO_STRING")}})),
            (Texts{"b", "c", "a"}));
  expect_close(run(keys, texts({"0.5", "1e2", "-4"}), {}), {100, -4, 0.5F}, 0);
}

TEST(CastMap, SparseStandsWhereTheKeySays) {
  const Attributes a = {{"map_form", std::string("SPARSE")}, {"max_map", Int{5}}};
  expect_close(run(numbers({4, 1}), Tensor::of<float>({2}, {7, 8}), a), {0, 8, 0, 0, 7}, 0);
  Attributes words = a;
  words.emplace("cast_to", std::string("TO_STRING"));
  EXPECT_EQ(texts_in(run(numbers({0}), texts({"x"}), words)), (Texts{"x", "", "", "", ""}));
  for (const Int k : {-1, 5}) {
    EXPECT_EQ(fault_of([&] { run(numbers({k}), Tensor::of<float>({1}, {7}), a); }), Fault::corrupt);
  }
}

TEST(CastMap, RefusesWhatIsNoMapAndSizesBeyondReason) {
  const Tensor one = Tensor::of<float>({1}, {1});
  const auto refused = [&](const Attributes& a) {
    return fault_of([&] { run(numbers({0}), one, a); });
  };
  EXPECT_EQ(refused({{"cast_to", std::string("TO_BOOL")}}), Fault::corrupt);
  EXPECT_EQ(refused({{"map_form", std::string("LOOSE")}}), Fault::corrupt);
  EXPECT_EQ(refused({{"map_form", std::string("SPARSE")}, {"max_map", Int{1} << 50}}),
            Fault::corrupt);
  EXPECT_EQ(refused({{"map_form", std::string("SPARSE")}, {"max_map", Int{-1}}}), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run(numbers({0}), texts({"no number"}), {}); }), Fault::corrupt);
  EXPECT_EQ(fault_of([&] { run_ml_value("CastMap", {map_type(i64, f32)}, {one}, {}); }),
            Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_ml_value("CastMap", {map_type(string, f32)},
                           {RuntimeValue::map(texts({"a"}), one)}, {});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
