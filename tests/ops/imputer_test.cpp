#include "ops/ml.hpp"

namespace pare {
namespace {

TEST(Imputer, ReplacesOneValueByOneOrByOneForEachColumn) {
  const float nan = std::nanf("");
  const Tensor x = Tensor::of<float>({2, 3}, {1, nan, 0, nan, 5, nan});
  const Attributes of_nan = {{"replaced_value_float", nan},
                             {"imputed_value_floats", Floats{10, 20, 30}}};
  expect_close(run_ml("Imputer", {x}, of_nan)[0], {1, 20, 0, 10, 5, 30}, 0);
  expect_close(run_ml("Imputer", {x}, {{"imputed_value_floats", Floats{9}}})[0],
               {1, nan, 9, nan, 5, nan}, 0);
  const Tensor wide = Tensor::of<double>({1, 3}, {0.5, static_cast<double>(nan), 0.5});
  EXPECT_EQ(run_ml("Imputer", {wide}, of_nan)[0].to_doubles(), (std::vector<double>{0.5, 20, 0.5}));
}

TEST(Imputer, IntegersHaveTheirOwnAttributes) {
  const Attributes a = {{"replaced_value_int64", Int{-1}}, {"imputed_value_int64s", Ints{7, 8}}};
  EXPECT_EQ(run_ml("Imputer", {Tensor::of<Int>({2, 2}, {-1, 2, 3, -1})}, a)[0].to_ints(),
            (Ints{7, 2, 3, 8}));
  EXPECT_EQ(run_ml("Imputer", {Tensor::of<std::int32_t>({2}, {-1, -1})}, a)[0].to_ints(),
            (Ints{7, 8}));
  const Int big = (Int{1} << 53) + 1;  // no double
  EXPECT_EQ(run_ml("Imputer", {numbers({big, 1})},
                   {{"replaced_value_int64", big}, {"imputed_value_int64s", Ints{big + 1}}})[0]
                .to_ints(),
            (Ints{big + 1, 1}));
}

TEST(Imputer, RefusesOtherNumbersOfValues) {
  const auto refused = [](const Tensor& x, const Attributes& a) {
    return fault_of([&] { run_ml("Imputer", {x}, a); });
  };
  EXPECT_EQ(refused(ramp({2, 3}), {}), Fault::corrupt);
  EXPECT_EQ(refused(ramp({2, 3}), {{"imputed_value_floats", Floats{1, 2}}}), Fault::corrupt);
  EXPECT_EQ(refused(ramp({2, 3}), {{"imputed_value_int64s", Ints{1}}}), Fault::corrupt);
  EXPECT_EQ(
      refused(Tensor::of<std::int32_t>({1}, {0}), {{"imputed_value_int64s", Ints{1LL << 40}}}),
      Fault::corrupt);
}

}  // namespace
}  // namespace pare
