#include "ops/ml.hpp"

namespace pare {
namespace {

using enum ElementKind;

Tensor run(const Tensor& keys, const Tensor& values, const Attributes& a) {
  return run_ml_value("DictVectorizer", {map_type(keys.kind(), values.kind())},
                      {RuntimeValue::map(keys, values)}, a)
      .tensor();
}

TEST(DictVectorizer, EveryKindOfMapInTheOrderOfTheVocabulary) {
  const Attributes words = {{"string_vocabulary", Texts{"a", "c", "b", "z"}}};
  const Tensor y = run(texts({"c", "a", "unknown"}), Tensor::of<float>({3}, {8, 4, 1}), words);
  EXPECT_EQ(y.shape(), (Shape{1, 4}));
  expect_close(y, {4, 8, 0, 0}, 0);
  EXPECT_EQ(run(texts({"z"}), numbers({5}), words).to_ints(), (Ints{0, 0, 0, 5}));
  EXPECT_EQ(run(texts({"b"}), Tensor::of<double>({1}, {0.1}), words).to_doubles(),
            (std::vector<double>{0, 0, 0.1, 0}));
  const Attributes places = {{"int64_vocabulary", Ints{3, 1}}};
  expect_close(run(numbers({1, 2}), Tensor::of<float>({2}, {6, 7}), places), {0, 6}, 0);
  EXPECT_EQ(texts_in(run(numbers({3}), texts({"three"}), places)), (Texts{"three", ""}));
  EXPECT_EQ(run(numbers({3}), Tensor::of<double>({1}, {2}), places).kind(), f64);
}

TEST(DictVectorizer, KeysAndVocabularyMustBeOfOneType) {
  const Tensor one = Tensor::of<float>({1}, {1});
  const auto refused = [&](const Tensor& keys, const Attributes& a) {
    return fault_of([&] { run(keys, one, a); });
  };
  EXPECT_EQ(refused(numbers({1}), {{"string_vocabulary", Texts{"a"}}}), Fault::corrupt);
  EXPECT_EQ(refused(texts({"a"}), {{"int64_vocabulary", Ints{1}}}), Fault::corrupt);
  EXPECT_EQ(refused(texts({"a"}), {}), Fault::corrupt);
  EXPECT_EQ(
      refused(texts({"a"}), {{"int64_vocabulary", Ints{1}}, {"string_vocabulary", Texts{"a"}}}),
      Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_ml_value("DictVectorizer", {map_type(string, f32)}, {one},
                           {{"string_vocabulary", Texts{"a"}}});
            }),
            Fault::corrupt);
}

}  // namespace
}  // namespace pare
