#include "data/batches.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "media/expect.hpp"

namespace pare {
namespace {

/// Samples made on the fly that count how many of them are alive.
class Counted : public Dataset {
 public:
  explicit Counted(std::int64_t n, std::int64_t broken = -1) : n_(n), broken_(broken) {}
  [[nodiscard]] std::string_view kind() const noexcept override { return "images"; }
  [[nodiscard]] std::int64_t size() const noexcept override { return n_; }
  [[nodiscard]] Sample get(std::int64_t i) const override {
    if (i == broken_) throw Error(Fault::corrupt, "broken file");
    ++reads;
    Sample sample;
    sample.inputs.push_back(
        Tensor::of<float>({2}, {static_cast<float>(i), static_cast<float>(-i)}));
    sample.label = i % 10;
    sample.boxes = {{i, 0.5F, 0.5F, 0.2F, 0.4F}};
    return sample;
  }
  [[nodiscard]] std::optional<std::int64_t> label(std::int64_t i) const override { return i % 10; }
  [[nodiscard]] std::string name(std::int64_t i) const override { return cat("s", i); }
  [[nodiscard]] std::uint64_t size_bytes(std::int64_t /*i*/) const override { return 8; }
  [[nodiscard]] bool labelled() const noexcept override { return true; }
  [[nodiscard]] bool has_boxes() const noexcept override { return true; }
  [[nodiscard]] std::int64_t classes() const noexcept override { return 10; }

  mutable std::atomic<std::int64_t> reads{0};

 private:
  std::int64_t n_;
  std::int64_t broken_;
};

const std::vector<InputSpec>& pair_input() {
  static const std::vector<InputSpec> spec = {{"x", ElementKind::f32, {-1, 2}}};
  return spec;
}

TEST(Batches, CoverEverySampleOnceInOrder) {
  for (const bool prefetch : {true, false}) {
    const auto data = std::make_shared<Counted>(10);
    Batches batches(data, preprocess_preset("raw"), pair_input(), {4, prefetch});
    ASSERT_EQ(batches.count(), 3);
    std::int64_t next = 0;
    for (std::int64_t i = 0; i < batches.count(); ++i) {
      const Batch batch = batches.get(i);
      EXPECT_EQ(batch.first, next);
      EXPECT_EQ(batch.inputs[0].shape(), (Shape{batch.count, 2}));
      for (std::int64_t row = 0; row < batch.count; ++row, ++next) {
        const auto r = static_cast<std::size_t>(row);
        EXPECT_EQ(batch.inputs[0].data<float>()[2 * r], static_cast<float>(next));
        EXPECT_EQ(batch.labels[r], next % 10);
      }
    }
    EXPECT_EQ(next, 10);
    EXPECT_EQ(data->reads, 11);  // the first one is also read to see the shapes
  }
}

TEST(Batches, ReadAtMostOneBatchAhead) {
  const auto data = std::make_shared<Counted>(100'000);
  Batches batches(data, preprocess_preset("raw"), pair_input(), {8, true});
  const std::int64_t looked_at = data->reads;  // to see which array feeds which input
  EXPECT_LE(looked_at, 1);
  for (std::int64_t i = 0; i < 20; ++i) {
    batches.get(i);
    EXPECT_LE(data->reads - looked_at, (i + 2) * 8);
  }
}

TEST(Batches, AnyOrderGivesTheSameBatches) {
  const auto data = std::make_shared<Counted>(12);
  Batches forward(data, preprocess_preset("raw"), pair_input(), {5, true});
  Batches backward(data, preprocess_preset("raw"), pair_input(), {5, true});
  std::vector<Batch> all;
  for (std::int64_t i = 0; i < 3; ++i) all.push_back(forward.get(i));
  for (std::int64_t i = 2; i >= 0; --i) {
    const Batch batch = backward.get(i);
    EXPECT_TRUE(identical(batch.inputs[0], all[static_cast<std::size_t>(i)].inputs[0]));
    EXPECT_EQ(batch.labels, all[static_cast<std::size_t>(i)].labels);
  }
}

TEST(Batches, FixedBatchSizesAreFilledUpWithTheLastSample) {
  const auto data = std::make_shared<Counted>(5);
  Batches batches(data, preprocess_preset("raw"), {{"x", ElementKind::f32, {4, 2}}}, {1, true});
  EXPECT_EQ(batches.batch_size(), 4);
  ASSERT_EQ(batches.count(), 2);
  const Batch last = batches.get(1);
  EXPECT_EQ(last.count, 1);
  EXPECT_EQ(last.labels.size(), 1U);
  EXPECT_EQ(last.inputs[0].to_floats(), (std::vector<float>{4, -4, 4, -4, 4, -4, 4, -4}));
}

TEST(Batches, ErrorsNameTheSampleAlsoFromTheBackground) {
  const auto data = std::make_shared<Counted>(9, 7);
  Batches batches(data, preprocess_preset("raw"), pair_input(), {3, true});
  batches.get(0);
  batches.get(1);  // starts to prepare the broken one
  const std::string text = expect_fault(Fault::corrupt, [&] { batches.get(2); });
  EXPECT_NE(text.find("sample 7 (s7)"), std::string::npos) << text;
  EXPECT_NO_THROW(batches.get(0));
}

/// Pictures of growing width.
class Growing : public Counted {
 public:
  Growing() : Counted(3) {}
  [[nodiscard]] Sample get(std::int64_t i) const override {
    Sample sample = Counted::get(i);
    sample.inputs = {Tensor(ElementKind::u8, {8, 4 + i, 3})};
    return sample;
  }
};

TEST(Batches, SamplesOfDifferentShapesNeedResizing) {
  const auto data = std::make_shared<Growing>();
  Batches free(data, preprocess_preset("raw"), {{"x", ElementKind::f32, {-1, 3, -1, -1}}},
               {2, false});
  const std::string text = expect_fault(Fault::usage, [&] { free.get(0); });
  EXPECT_NE(text.find("batches of 1"), std::string::npos);
  Batches fixed(data, preprocess_preset("raw"), {{"x", ElementKind::f32, {-1, 3, 6, 6}}},
                {2, false});
  EXPECT_EQ(fixed.get(0).inputs[0].shape(), (Shape{2, 3, 6, 6}));
}

TEST(Batches, BoxesMoveWithThePicture) {
  // 8 x 4 letterboxed into 8 x 8: width halves, boxes in the middle stay there.
  const auto data = std::make_shared<Growing>();
  Preprocess p = preprocess_preset("raw");
  p.resize = ResizeMode::letterbox;
  Batches batches(data, p, {{"x", ElementKind::f32, {-1, 3, 8, 8}}}, {1, false});
  const Box box = batches.get(0).boxes.at(0).at(0);
  EXPECT_FLOAT_EQ(box.cx, 0.5F);
  EXPECT_FLOAT_EQ(box.w, 0.1F);
  EXPECT_FLOAT_EQ(box.h, 0.4F);
}

/// Two named arrays.
class Named : public Counted {
 public:
  Named() : Counted(2) {}
  [[nodiscard]] const std::vector<std::string>& input_names() const noexcept override {
    static const std::vector<std::string> names = {"mask", "ids"};
    return names;
  }
  [[nodiscard]] Sample get(std::int64_t i) const override {
    Sample sample = Counted::get(i);
    sample.inputs = {Tensor::of<std::int64_t>({1}, {100 + i}), Tensor::of<std::int64_t>({1}, {i})};
    return sample;
  }
};

TEST(Batches, MatchesArraysByNameElseByOrder) {
  const auto data = std::make_shared<Named>();
  const InputSpec ids{"ids", ElementKind::i64, {-1, 1}};
  const InputSpec mask{"mask", ElementKind::i64, {-1, 1}};
  Batches named(data, preprocess_preset("raw"), {ids, mask}, {2, false});
  EXPECT_EQ(named.get(0).inputs[0].to_ints(), (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(named.get(0).inputs[1].to_ints(), (std::vector<std::int64_t>{100, 101}));
  Batches one(data, preprocess_preset("raw"), {ids}, {2, false});
  EXPECT_EQ(one.get(0).inputs[0].to_ints(), (std::vector<std::int64_t>{0, 1}));
  InputSpec a = ids;
  a.name = "a";
  InputSpec b = ids;
  b.name = "b";
  Batches ordered(data, preprocess_preset("raw"), {a, b}, {2, false});
  EXPECT_EQ(ordered.get(0).inputs[0].to_ints(), (std::vector<std::int64_t>{100, 101}));
  const std::string text = expect_fault(
      Fault::usage, [&] { Batches(data, preprocess_preset("raw"), {a}, BatchOptions{}); });
  EXPECT_NE(text.find("mask int64[1], ids int64[1]"), std::string::npos) << text;
}

TEST(Batches, RefusesWhatCannotBeFed) {
  const auto data = std::make_shared<Counted>(4);
  expect_fault(Fault::usage, [&] { Batches(data, preprocess_preset("raw"), {}, BatchOptions{}); });
  expect_fault(Fault::usage, [&] {
    Batches(data, preprocess_preset("raw"),
            {{"a", ElementKind::f32, {2, 2}}, {"b", ElementKind::f32, {3, 2}}}, BatchOptions{});
  });
  expect_fault(Fault::usage, [&] {
    Batches(std::make_shared<Counted>(0), preprocess_preset("raw"), pair_input(), BatchOptions{});
  });
}

TEST(Batches, CanBeDroppedWhileReadingAhead) {
  for (int i = 0; i < 20; ++i) {
    Batches batches(std::make_shared<Counted>(100), preprocess_preset("raw"), pair_input(),
                    {50, true});
    batches.get(0);
  }
}

}  // namespace
}  // namespace pare
