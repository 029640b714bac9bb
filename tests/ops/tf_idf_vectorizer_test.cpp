#include <map>

#include "ops/ml.hpp"

namespace pare {
namespace {

Attributes pool_of(const Ints& pool, const Ints& counts, const Ints& indexes, Int least, Int most,
                   Int skips, const std::string& mode = "TF") {
  return {{"pool_int64s", pool},
          {"ngram_counts", counts},
          {"ngram_indexes", indexes},
          {"min_gram_length", least},
          {"max_gram_length", most},
          {"max_skip_count", skips},
          {"mode", mode}};
}

TEST(TfIdfVectorizer, CountsAgreeWithTryingEveryPlace) {
  std::mt19937 random(3);
  for (int round = 0; round < 40; ++round) {
    // All 1-, 2- and 3-grams over tokens 0 to 2 that a coin chooses.
    std::vector<Ints> grams;
    Ints pool, starts;
    for (std::size_t n = 1; n <= 3; ++n) {
      starts.push_back(static_cast<Int>(pool.size()));
      const Int all = n == 1 ? 3 : n == 2 ? 9 : 27;
      for (Int code = 0; code < all; ++code) {
        if (random() % 2 == 0) continue;
        Ints gram;
        for (std::size_t k = 0, rest = static_cast<std::size_t>(code); k < n; ++k, rest /= 3) {
          gram.push_back(static_cast<Int>(rest % 3));
        }
        pool.insert(pool.end(), gram.begin(), gram.end());
        grams.push_back(gram);
      }
    }
    if (grams.empty()) continue;
    Ints places(grams.size());
    for (std::size_t k = 0; k < places.size(); ++k) places[k] = static_cast<Int>(k);
    std::shuffle(places.begin(), places.end(), random);
    const Int least = 1 + round % 3;
    const Int most = std::min<Int>(3, least + round % 2);
    const Int skips = round % 4;
    const std::string mode = Texts{"TF", "IDF", "TFIDF"}[static_cast<std::size_t>(round) % 3];
    Attributes a = pool_of(pool, starts, places, least, most, skips, mode);
    Floats weights;
    for (std::size_t k = 0; k < grams.size(); ++k) weights.push_back(static_cast<float>(k + 1) / 4);
    if (round % 5 != 0) a.emplace("weights", weights);
    Ints tokens;
    for (int i = 0; i < 24; ++i) tokens.push_back(static_cast<Int>(random() % 4));
    const Tensor y = run_op("TfIdfVectorizer", {Tensor::of<Int>({2, 12}, tokens)}, a)[0];
    ASSERT_EQ(y.shape(), (Shape{2, static_cast<Int>(grams.size())}));
    for (std::size_t row = 0; row < 2; ++row) {
      std::vector<double> want(grams.size(), 0.0);
      for (std::size_t k = 0; k < grams.size(); ++k) {
        const auto n = static_cast<Int>(grams[k].size());
        double times = 0;
        for (Int gap = 0; n >= least && n <= most && gap <= (n == 1 ? 0 : skips); ++gap) {
          for (Int start = 0; start + (gap + 1) * (n - 1) < 12; ++start) {
            bool same = true;
            for (Int j = 0; j < n; ++j) {
              same = same && tokens[row * 12 + static_cast<std::size_t>(start + j * (gap + 1))] ==
                                 grams[k][static_cast<std::size_t>(j)];
            }
            times += same ? 1 : 0;
          }
        }
        if (mode == "IDF") times = times > 0 ? 1 : 0;
        if (mode != "TF" && round % 5 != 0) times *= static_cast<double>(weights[k]);
        want[static_cast<std::size_t>(places[k])] = times;
      }
      expect_row(y, row, want);
    }
  }
}

TEST(TfIdfVectorizer, TextAndSmallIntegersAndVectors) {
  Attributes a = pool_of({}, {0, 2}, {0, 1, 2}, 1, 2, 0);
  a.erase("pool_int64s");
  a.emplace("pool_strings", Texts{"the", "cat", "the", "cat"});
  const Tensor y = run_op("TfIdfVectorizer", {texts({"the", "cat", "the", "dog"})}, a)[0];
  EXPECT_EQ(y.shape(), Shape{3});
  expect_close(y, {2, 1, 1}, 0);
  EXPECT_EQ(run_op("TfIdfVectorizer", {texts({})}, a)[0].to_floats(), (Floats{0, 0, 0}));
  const Attributes numbers_only = pool_of({7}, {0}, {3}, 1, 1, 0);
  const Tensor x = Tensor::of<std::int32_t>({3}, {7, 7, 8});
  expect_close(run_op("TfIdfVectorizer", {x}, numbers_only)[0], {0, 0, 0, 2}, 0);
}

TEST(TfIdfVectorizer, RefusesPoolsThatDoNotFit) {
  const Tensor x = numbers({1, 2, 3});
  const auto refused = [&](const Attributes& a) {
    return fault_of([&] { run_op("TfIdfVectorizer", {x}, a); });
  };
  EXPECT_NO_THROW(run_op("TfIdfVectorizer", {x}, pool_of({1, 2}, {0, 0}, {0}, 1, 2, 0)));
  EXPECT_EQ(refused(pool_of({1, 2, 3}, {0, 0}, {0}, 1, 2, 0)), Fault::corrupt);
  EXPECT_EQ(refused(pool_of({1, 2}, {0, 5}, {0}, 1, 2, 0)), Fault::corrupt);
  EXPECT_EQ(refused(pool_of({1, 2}, {2, 0}, {0}, 1, 2, 0)), Fault::corrupt);
  EXPECT_EQ(refused(pool_of({1, 2}, {-2, 0}, {0}, 1, 2, 0)), Fault::corrupt);
  EXPECT_EQ(refused(pool_of({1, 2}, {0}, {0}, 1, 2, 0)), Fault::corrupt);
  EXPECT_EQ(refused(pool_of({1, 2}, {0, 0}, {-1}, 1, 2, 0)), Fault::corrupt);
  EXPECT_EQ(refused(pool_of({1, 2}, {0, 0}, {Int{1} << 50}, 1, 2, 0)), Fault::corrupt);
  EXPECT_EQ(refused(pool_of({1, 2}, {0, 0}, {}, 1, 2, 0)), Fault::corrupt);
  EXPECT_EQ(refused(pool_of({1, 2}, {0, 0}, {0}, 0, 2, 0)), Fault::corrupt);
  EXPECT_EQ(refused(pool_of({1, 2}, {0, 0}, {0}, 2, 1, 0)), Fault::corrupt);
  EXPECT_EQ(refused(pool_of({1, 2}, {0, 0}, {0}, 1, 2, -1)), Fault::corrupt);
  EXPECT_EQ(refused(pool_of({1, 2}, {0, 0}, {0}, 1, 2, 0, "IDFTF")), Fault::corrupt);
  EXPECT_EQ(refused(pool_of({}, {0, 0}, {0}, 1, 2, 0)), Fault::corrupt);
  Attributes heavy = pool_of({1, 2}, {0, 0}, {0}, 1, 2, 0, "IDF");
  heavy.emplace("weights", Floats{1, 2});
  EXPECT_EQ(refused(heavy), Fault::corrupt);
  Attributes words = pool_of({}, {0}, {0}, 1, 1, 0);
  words.erase("pool_int64s");
  words.emplace("pool_strings", Texts{"a"});
  EXPECT_EQ(refused(words), Fault::corrupt);
  EXPECT_EQ(fault_of([&] {
              run_op("TfIdfVectorizer", {ramp({1, 1, 1}).cast(dtype_of(ElementKind::i64))},
                     pool_of({1}, {0}, {0}, 1, 1, 0));
            }),
            Fault::corrupt);
}

TEST(TfIdfVectorizer, ManySkipsAndLongNgramsEndSoon) {
  // No more skips than the row is long are tried.
  Attributes a = pool_of({1, 2}, {0, 0}, {0}, 2, Int{1} << 60, Int{1} << 60);
  expect_close(run_op("TfIdfVectorizer", {numbers({1, 2, 2, 2})}, a)[0], {3}, 0);
}

TEST(TfIdfVectorizer, ShapesFollowTheGreatestIndex) {
  const Attributes a = pool_of({1, 2}, {0}, {0, 9}, 1, 1, 0);
  EXPECT_EQ(to_string(infer_op("TfIdfVectorizer",
                               {typed(ElementKind::i64, {Dim::symbol("N"), Dim::symbol("C")})}, a)),
            "[N,10]");
  EXPECT_EQ(
      to_string(infer_op("TfIdfVectorizer", {typed(ElementKind::i64, {Dim::symbol("C")})}, a)),
      "[10]");
}

}  // namespace
}  // namespace pare
