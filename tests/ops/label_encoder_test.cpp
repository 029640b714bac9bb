#include "ops/ml.hpp"

namespace pare {
namespace {

Tensor run(const Tensor& x, const Attributes& a) { return run_ml("LabelEncoder", {x}, a)[0]; }

TEST(LabelEncoder, EveryPairOfListsMaps) {
  const std::vector<std::pair<std::string, std::pair<Tensor, Attribute>>> keys = {
      {"keys_strings", {texts({"b", "a", "?"}), Texts{"a", "b"}}},
      {"keys_int64s", {numbers({4, 3, 5}), Ints{3, 4}}},
      {"keys_floats", {Tensor::of<float>({3}, {2.5F, 1.5F, 0}), Floats{1.5F, 2.5F}}}};
  for (const auto& [name, pair] : keys) {
    SCOPED_TRACE(name);
    const auto& [x, list] = pair;
    EXPECT_EQ(texts_in(run(x, {{name, list}, {"values_strings", Texts{"one", "two"}}})),
              (Texts{"two", "one", "_Unused"}));
    EXPECT_EQ(run(x, {{name, list}, {"values_int64s", Ints{1, 2}}}).to_ints(), (Ints{2, 1, -1}));
    const Tensor y = run(x, {{name, list}, {"values_floats", Floats{1, 2}}});
    expect_close(y, {2, 1, 0}, 0);
    EXPECT_TRUE(std::signbit(y.data<float>()[2]));
    EXPECT_EQ(
        run(x, {{name, list}, {"values_int64s", Ints{1, 2}}, {"default_int64", Int{9}}}).to_ints(),
        (Ints{2, 1, 9}));
    expect_close(run(x, {{name, list}, {"values_floats", Floats{1, 2}}, {"default_float", 7.0F}}),
                 {2, 1, 7}, 0);
    EXPECT_EQ(texts_in(run(x, {{name, list},
                               {"values_strings", Texts{"one", "two"}},
                               {"default_string", std::string("-")}})),
              (Texts{"two", "one", "-"}));
  }
}

TEST(LabelEncoder, TensorsOfEveryTypeMapToEveryType) {
  const auto list = [](ElementKind kind, const std::vector<double>& values) {
    const Tensor t = Tensor::of<double>({static_cast<Int>(values.size())}, values);
    return t.cast(dtype_of(kind));
  };
  using enum ElementKind;
  for (const ElementKind key : {i64, f32, i32, i16, f64}) {
    for (const ElementKind value : {i64, f32, i32, i16, f64}) {
      Attributes a = {{"keys_tensor", list(key, {3, -4})},
                      {"values_tensor", list(value, {30, 40})}};
      const Tensor x = list(key, {-4, 3, 8}).reshaped({3, 1});
      const Tensor plain = run(x, a);
      EXPECT_EQ(plain.kind(), value);
      EXPECT_EQ(plain.shape(), (Shape{3, 1}));
      const bool real = value == f32 || value == f64;
      EXPECT_EQ(plain.to_doubles(), (std::vector<double>{40, 30, real ? 0.0 : -1.0}));
      EXPECT_EQ(std::signbit(plain.to_doubles()[2]), true);
      a.emplace("default_tensor", list(value, {5}));
      EXPECT_EQ(run(x, a).to_doubles(), (std::vector<double>{40, 30, 5}));
    }
  }
  const Attributes words = {{"keys_tensor", texts({"a"})}, {"values_tensor", texts({"A"})}};
  EXPECT_EQ(texts_in(run(texts({"a", "b"}), words)), (Texts{"A", "_Unused"}));
}

TEST(LabelEncoder, NotANumberIsAKeyAndTheLastOfEqualKeysCounts) {
  const float nan = std::nanf("");
  const Tensor x = Tensor::of<float>({3}, {-nan, -0.0F, 1});
  EXPECT_EQ(run(x, {{"keys_floats", Floats{nan, 0, 1, 1}}, {"values_int64s", Ints{1, 2, 3, 4}}})
                .to_ints(),
            (Ints{1, 2, 4}));
  EXPECT_EQ(run(x, {{"keys_floats", Floats{0}}, {"values_int64s", Ints{5}}}).to_ints(),
            (Ints{-1, 5, -1}));
}

TEST(LabelEncoder, RefusesListsThatDoNotFit) {
  const auto refused = [](const Tensor& x, const Attributes& a) {
    return fault_of([&] { run(x, a); });
  };
  const Tensor x = numbers({1});
  EXPECT_EQ(refused(x, {{"keys_int64s", Ints{1}}}), Fault::corrupt);
  EXPECT_EQ(refused(x, {{"values_int64s", Ints{1}}}), Fault::corrupt);
  EXPECT_EQ(refused(x, {{"keys_int64s", Ints{1, 2}}, {"values_int64s", Ints{1}}}), Fault::corrupt);
  EXPECT_EQ(refused(x, {{"keys_strings", Texts{"a"}}, {"values_int64s", Ints{1}}}), Fault::corrupt);
  EXPECT_EQ(
      refused(x,
              {{"keys_int64s", Ints{1}}, {"keys_strings", Texts{"a"}}, {"values_int64s", Ints{1}}}),
      Fault::corrupt);
  EXPECT_EQ(refused(x, {{"keys_int64s", Ints{1}},
                        {"values_tensor", Tensor::of<float>({1}, {1})},
                        {"default_tensor", Tensor::of<double>({1}, {1})}}),
            Fault::corrupt);
  EXPECT_EQ(
      refused(x, {{"keys_int64s", Ints{1}}, {"values_tensor", Tensor::of<std::uint8_t>({1}, {1})}}),
      Fault::corrupt);
}

}  // namespace
}  // namespace pare
