#include "ops/ml.hpp"

namespace pare {
namespace {

std::vector<Tensor> run(const Tensor& x, const Attributes& a = {}) {
  return run_op("StringSplit", {x}, a, 2);
}

TEST(StringSplit, EveryDelimiterCutsAndShortRowsAreFilledUp) {
  const auto made = run(Tensor::of<std::string>({2, 2}, {"a--b", "-", "--", ""}),
                        {{"delimiter", std::string("--")}});
  EXPECT_EQ(made[0].shape(), (Shape{2, 2, 2}));
  EXPECT_EQ(texts_in(made[0]), (Texts{"a", "b", "-", "", "", "", "", ""}));
  EXPECT_EQ(made[1].to_ints(), (Ints{2, 1, 2, 1}));
  EXPECT_EQ(texts_in(run(texts({"aaaa"}), {{"delimiter", std::string("aa")}})[0]),
            (Texts{"", "", ""}));
}

TEST(StringSplit, RunsOfAnyWhitespaceAreOneCut) {
  const auto made = run(texts({"  one\t \n two ", "", " \u00A0\u3000", "x\u2003y\u0085z\x1Cw"}));
  EXPECT_EQ(made[0].shape(), (Shape{4, 4}));
  EXPECT_EQ(texts_in(made[0]),
            (Texts{"one", "two", "", "", "", "", "", "", "", "", "", "", "x", "y", "z", "w"}));
  EXPECT_EQ(made[1].to_ints(), (Ints{2, 0, 0, 4}));
  // Neighbours of whitespace characters are none.
  EXPECT_EQ(run(texts({"a\u200Bb", "a\u00A1b", "a\u2010b"}))[1].to_ints(), (Ints{1, 1, 1}));
}

TEST(StringSplit, AtMostSoManyCuts) {
  const auto at = [](Int most, const std::string& delimiter) {
    return texts_in(run(texts({" a,b c,d "}), {{"maxsplit", most}, {"delimiter", delimiter}})[0]);
  };
  EXPECT_EQ(at(1, ","), (Texts{" a", "b c,d "}));
  EXPECT_EQ(at(0, ","), (Texts{" a,b c,d "}));
  EXPECT_EQ(at(9, ","), (Texts{" a", "b c", "d "}));
  EXPECT_EQ(at(-1, ","), (Texts{" a", "b c", "d "}));
  EXPECT_EQ(at(1, ""), (Texts{"a,b", "c,d "}));  // the rest stays as it is
  EXPECT_EQ(at(0, ""), (Texts{"a,b c,d "}));
}

TEST(StringSplit, NothingSplitsIntoNothing) {
  const auto made = run(Tensor(ElementKind::string, {0, 3}));
  EXPECT_EQ(made[0].shape(), (Shape{0, 3, 0}));
  EXPECT_EQ(made[1].shape(), (Shape{0, 3}));
  EXPECT_EQ(run(Tensor::scalar<std::string>("a b"))[0].shape(), (Shape{2}));
  EXPECT_EQ(run_op("StringSplit", {texts({"a b"})})[0].size(), 2);
}

TEST(StringSplit, OneLongTextDoesNotMakeAllRowsHuge) {
  std::vector<std::string> rows(100'000);
  rows[0] = std::string(100'000, ',');
  EXPECT_EQ(fault_of([&] {
              run(texts(rows), {{"delimiter", std::string(",")}});
            }),
            Fault::resource);
}

TEST(StringSplit, TheLastDimensionIsNotKnownBefore) {
  const std::vector<ValueType> x = {typed(ElementKind::string, {Dim::symbol("N"), 2})};
  EXPECT_EQ(infer_type("StringSplit", x, {}, 0).text(), "string[N,2,?]");
  EXPECT_EQ(infer_type("StringSplit", x, {}, 1).text(), "int64[N,2]");
}

}  // namespace
}  // namespace pare
