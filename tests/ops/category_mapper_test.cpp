#include "ops/ml.hpp"

namespace pare {
namespace {

TEST(CategoryMapper, MapsBothWays) {
  const Attributes a = {{"cats_int64s", Ints{10, -2, 10}}, {"cats_strings", Texts{"x", "y", "z"}}};
  EXPECT_EQ(run_ml("CategoryMapper", {texts({"y", "x", "?"})}, a)[0].to_ints(), (Ints{-2, 10, -1}));
  // The last of equal entries counts.
  const Tensor words = run_ml("CategoryMapper", {Tensor::of<Int>({1, 3}, {10, -2, 0})}, a)[0];
  EXPECT_EQ(words.shape(), (Shape{1, 3}));
  EXPECT_EQ(texts_in(words), (Texts{"z", "y", "_Unused"}));
}

TEST(CategoryMapper, DefaultsAreGivenAndListsMustBeParallel) {
  Attributes a = {{"cats_int64s", Ints{1}},
                  {"cats_strings", Texts{"x"}},
                  {"default_int64", Int{77}},
                  {"default_string", std::string("none")}};
  EXPECT_EQ(run_ml("CategoryMapper", {texts({"?"})}, a)[0].to_ints(), (Ints{77}));
  EXPECT_EQ(texts_in(run_ml("CategoryMapper", {numbers({2})}, a)[0]), (Texts{"none"}));
  a.insert_or_assign("cats_int64s", Ints{1, 2});
  EXPECT_EQ(fault_of([&] { run_ml("CategoryMapper", {numbers({2})}, a); }), Fault::corrupt);
}

}  // namespace
}  // namespace pare
