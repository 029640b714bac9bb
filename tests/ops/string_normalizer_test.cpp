#include "ops/ml.hpp"

namespace pare {
namespace {

Texts run(const Texts& words, const Attributes& a) {
  return texts_in(run_op("StringNormalizer", {texts(words)}, a)[0]);
}
Attributes change(const std::string& how, const std::string& locale = "en_US") {
  return {{"case_change_action", how}, {"locale", locale}};
}

TEST(StringNormalizer, DropsStopWordsInAnyCaseUnlessToldOtherwise) {
  const Texts words = {"Monday", "tuesday", "MONDAY", "monday"};
  Attributes a = {{"stopwords", Texts{"monday", "Sunday"}}};
  EXPECT_EQ(run(words, a), (Texts{"tuesday"}));
  a.emplace("is_case_sensitive", Int{1});
  EXPECT_EQ(run(words, a), (Texts{"Monday", "tuesday", "MONDAY"}));
  a.emplace("case_change_action", std::string("UPPER"));
  EXPECT_EQ(run(words, a), (Texts{"MONDAY", "TUESDAY", "MONDAY"}));
  EXPECT_EQ(run(words, {}), words);
  EXPECT_EQ(run({"STRASSE", "Straße", "ΣΑΣ"}, {{"stopwords", Texts{"straße", "σας"}}}),
            (Texts{""}));
}

TEST(StringNormalizer, RowsStayRowsAndNothingIsOneEmptyText) {
  const Tensor x = Tensor::of<std::string>({1, 3}, {"a", "b", "a"});
  const Tensor y = run_op("StringNormalizer", {x}, {{"stopwords", Texts{"a"}}})[0];
  EXPECT_EQ(y.shape(), (Shape{1, 1}));
  EXPECT_EQ(texts_in(y), (Texts{"b"}));
  const Tensor none = run_op("StringNormalizer", {x}, {{"stopwords", Texts{"a", "b"}}})[0];
  EXPECT_EQ(none.shape(), (Shape{1, 1}));
  EXPECT_EQ(texts_in(none), (Texts{""}));
  EXPECT_EQ(run({"a"}, {{"stopwords", Texts{"A"}}}), (Texts{""}));
  EXPECT_EQ(run({"", "x"}, {}), (Texts{"", "x"}));
}

TEST(StringNormalizer, CaseMappingsAreThoseOfUnicode) {
  // From UnicodeData and SpecialCasing: one to many, final sigma, outside the basic plane.
  EXPECT_EQ(run({"Straße", "ﬃ", "ÿ", "ŉ", "ΐ", "ǆ", "𐐨"}, change("UPPER")),
            (Texts{"STRASSE", "FFI", "Ÿ", "ʼN", "\u0399\u0308\u0301", "Ǆ", "𐐀"}));
  EXPECT_EQ(run({"ÀÉÎ", "ΟΔΟΣ", "ЖУК", "İ", "𐐀", "ẞ"}, change("LOWER")),
            (Texts{"àéî", "οδος", "жук", "i̇", "𐐨", "ß"}));
  EXPECT_EQ(run({"Mixed ß Case"}, change("NONE")), (Texts{"Mixed ß Case"}));
  const std::string long_text(100'000, 'q');
  EXPECT_EQ(run({long_text}, change("UPPER")), (Texts{std::string(100'000, 'Q')}));
  std::string sharp;
  std::string wide;
  for (int i = 0; i < 1000; ++i) sharp += "ΐ", wide += "\u0399\u0308\u0301";
  EXPECT_EQ(run({sharp}, change("UPPER")), (Texts{wide}));
}

TEST(StringNormalizer, LocalesBringTheirOwnRules) {
  EXPECT_EQ(run({"i", "ı"}, change("UPPER", "tr_TR")), (Texts{"İ", "I"}));
  EXPECT_EQ(run({"I", "İ"}, change("LOWER", "tr_TR")), (Texts{"ı", "i"}));
  EXPECT_EQ(run({"i"}, change("UPPER")), (Texts{"I"}));
}

TEST(StringNormalizer, RefusesOtherShapesAndBytesThatAreNoText) {
  const auto refused = [](const Tensor& x, const Attributes& a) {
    return fault_of([&] { run_op("StringNormalizer", {x}, a); });
  };
  EXPECT_EQ(refused(Tensor::of<std::string>({2, 1}, {"a", "b"}), {}), Fault::corrupt);
  EXPECT_EQ(refused(Tensor::scalar<std::string>("a"), {}), Fault::corrupt);
  EXPECT_EQ(refused(texts({"\xC3"}), change("UPPER")), Fault::corrupt);
  EXPECT_EQ(refused(texts({"\xED\xA0\x80"}), {}), Fault::corrupt);  // half of a surrogate pair
  EXPECT_EQ(refused(texts({"a"}), change("TITLE")), Fault::corrupt);
}

}  // namespace
}  // namespace pare
