#include "ops/ml.hpp"

namespace pare {
namespace {

std::vector<Int> run(const Texts& words, const std::string& pattern) {
  return run_op("RegexFullMatch", {texts(words)}, {{"pattern", pattern}})[0].to_ints();
}

TEST(RegexFullMatch, TheWholeTextMustMatch) {
  EXPECT_EQ(run({"www.google.com", "www.bbc.co.uk", "xwww.a.com"}, R"(www\.[\w.-]+\.\bcom\b)"),
            (Ints{1, 0, 0}));
  EXPECT_EQ(run({"ab", "abab", "aba", ""}, "(ab)*"), (Ints{1, 1, 0, 1}));
  EXPECT_EQ(run({"a", "b", "ab"}, "a|b"), (Ints{1, 1, 0}));
  EXPECT_EQ(run({"ABC", "abd"}, "(?i)abc"), (Ints{1, 0}));
  EXPECT_EQ(run({"a\nb", "ab"}, "a.b"), (Ints{0, 0}));
  EXPECT_EQ(run({"a\nb"}, "(?s)a.b"), (Ints{1}));
}

TEST(RegexFullMatch, CharactersAreThoseOfUnicode) {
  EXPECT_EQ(run({"ü", "uu"}, "."), (Ints{1, 0}));
  EXPECT_EQ(run({"жук", "bug"}, R"(\p{Cyrillic}+)"), (Ints{1, 0}));
  EXPECT_EQ(run({"ÄÖ"}, "(?i)äö"), (Ints{1}));
  EXPECT_EQ(run({"\xC3"}, "."), (Ints{0}));  // half a character
}

TEST(RegexFullMatch, ShapesStay) {
  const Tensor x = Tensor::of<std::string>({2, 1}, {"a", "b"});
  const Tensor y = run_op("RegexFullMatch", {x}, {{"pattern", std::string("a")}})[0];
  EXPECT_EQ(y.shape(), (Shape{2, 1}));
  EXPECT_EQ(y.kind(), ElementKind::boolean);
  EXPECT_TRUE(run_op("RegexFullMatch", {texts({})}, {{"pattern", std::string("a")}})[0].empty());
}

TEST(RegexFullMatch, HostilePatternsEndInAnErrorOrInLinearTime) {
  const auto refused = [](const std::string& pattern) {
    return fault_of([&] { run({"a"}, pattern); });
  };
  EXPECT_EQ(refused("("), Fault::corrupt);
  EXPECT_EQ(refused("a**"), Fault::corrupt);
  EXPECT_EQ(refused(R"((a)\1)"), Fault::corrupt);  // RE2 knows no back references
  EXPECT_EQ(refused("(((((x{100}){100}){100}){100}){100})"), Fault::corrupt);
  // Backtracking would try 2^50000 ways.
  std::string many(50'000, 'a');
  many.push_back('b');
  const std::vector<std::string> words = {many};
  EXPECT_EQ(run(words, "(a|a)*(a|aa)+"), (Ints{0}));
}

}  // namespace
}  // namespace pare
