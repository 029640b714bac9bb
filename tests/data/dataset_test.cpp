#include "data/dataset.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/temp_dir.hpp"
#include "data/npy.hpp"
#include "media/expect.hpp"
#include "media/image.hpp"

namespace pare {
namespace {

/// A picture of one colour, as a PNG file.
void paint(const TempDir& dir, const std::string& name, int value, std::int64_t side = 4) {
  std::filesystem::create_directories(std::filesystem::path(dir.at(name)).parent_path());
  const auto v = static_cast<std::uint8_t>(value);
  write_png(
      dir.at(name),
      Tensor::of<std::uint8_t>(
          {side, side, 3}, std::vector<std::uint8_t>(static_cast<std::size_t>(side * side * 3), v)),
      true);
}

int colour(const Sample& sample) { return sample.inputs.at(0).data<std::uint8_t>()[0]; }

std::vector<std::int64_t> labels(const Dataset& data) {
  std::vector<std::int64_t> all;
  for (std::int64_t i = 0; i < data.size(); ++i) all.push_back(data.label(i).value_or(-1));
  return all;
}

TEST(ImageFolder, ClassesAreTheSortedFolders) {
  const TempDir dir;
  paint(dir, "dog/b.png", 3);
  paint(dir, "cat/z.png", 1);
  paint(dir, "cat/a.png", 2);
  dir.write("cat/notes.txt", "no picture");
  dir.write("cat/.hidden.png", "neither");
  const auto data = open_dataset(dir.path().string());
  EXPECT_EQ(data->kind(), "image-folder");
  EXPECT_EQ(data->size(), 3);
  EXPECT_EQ(data->classes(), 2);
  EXPECT_EQ(data->class_names(), (std::vector<std::string>{"cat", "dog"}));
  EXPECT_EQ(labels(*data), (std::vector<std::int64_t>{0, 0, 1}));
  EXPECT_EQ(data->name(0), "cat/a.png");
  const Sample sample = data->get(0);
  EXPECT_EQ(colour(sample), 2);
  EXPECT_EQ(sample.label, 0);
  EXPECT_EQ(sample.inputs[0].shape(), (Shape{4, 4, 3}));
}

TEST(ImageFolder, ClassesTxtGivesTheIndicesWhenAllFoldersAreInIt) {
  const TempDir dir;
  paint(dir, "dog/b.png", 3);
  paint(dir, "cat/a.png", 2);
  dir.write("classes.txt", "0 bird\n1 dog\n2 fish\n3 cat\n");
  EXPECT_EQ(labels(*open_dataset(dir.path().string())), (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(open_dataset(dir.path().string())->classes(), 4);
  dir.write("classes.txt", "bird\ndog\n");  // 'cat' is not in it: the folders rule
  EXPECT_EQ(labels(*open_dataset(dir.path().string())), (std::vector<std::int64_t>{0, 1}));
}

TEST(LabelsCsv, FindsItsColumnsByName) {
  const TempDir dir;
  paint(dir, "images/a.png", 10);
  paint(dir, "images/b.png", 20);
  dir.write("labels.csv", "wnid,class_index,file\nn1,7,images/b.png\nn2,3,images/a.png\n");
  const auto data = open_dataset(dir.path().string());
  EXPECT_EQ(data->kind(), "labels-csv");
  EXPECT_EQ(labels(*data), (std::vector<std::int64_t>{7, 3}));
  EXPECT_EQ(data->classes(), 8);
  EXPECT_EQ(colour(data->get(0)), 20);
  EXPECT_EQ(open_dataset(dir.at("labels.csv"))->size(), 2);
}

TEST(LabelsCsv, TakesFilesWithoutHeaderAndWordsForClasses) {
  const TempDir dir;
  paint(dir, "a.png", 10);
  dir.write("plain.csv", "a.png,5\n");
  EXPECT_EQ(labels(*open_dataset(dir.at("plain.csv"))), (std::vector<std::int64_t>{5}));
  dir.write("words.csv", "image,label\na.png,zebra\na.png,ape\na.png,zebra\n");
  const auto data = open_dataset(dir.at("words.csv"));
  EXPECT_EQ(labels(*data), (std::vector<std::int64_t>{1, 0, 1}));
  EXPECT_EQ(data->class_names(), (std::vector<std::string>{"ape", "zebra"}));
  dir.write("classes.txt", "zebra\nyak\nape\n");
  EXPECT_EQ(labels(*open_dataset(dir.at("words.csv"))), (std::vector<std::int64_t>{0, 2, 0}));
}

TEST(LabelsCsv, RefusesNamesThatLeaveTheFolderAndUnknownClasses) {
  const TempDir dir;
  for (const char* name : {"../x.png", "/etc/x.png", "a/../../x.png", ""}) {
    dir.write("labels.csv", std::string("file,label\n") + name + ",1\n");
    expect_fault(Fault::usage, [&] { open_dataset(dir.path().string()); });
  }
  dir.write("labels.csv", "file,label\na.png,-1\n");
  expect_fault(Fault::corrupt, [&] { open_dataset(dir.path().string()); });
  dir.write("classes.txt", "a\nb\n");
  dir.write("labels.csv", "file,label\na.png,2\n");
  const std::string text = expect_fault(Fault::corrupt, [&] { open_dataset(dir.path().string()); });
  EXPECT_NE(text.find("names for 2 classes only"), std::string::npos);
  dir.write("labels.csv", "picture,kind\na.png,2\n");
  EXPECT_NE(
      expect_fault(Fault::usage, [&] { open_dataset(dir.path().string()); }).find("picture, kind"),
      std::string::npos);
}

TEST(Images, AloneHaveNoLabels) {
  const TempDir dir;
  paint(dir, "b.png", 2);
  paint(dir, "a.png", 1);
  const auto data = open_dataset(dir.path().string());
  EXPECT_EQ(data->kind(), "images");
  EXPECT_FALSE(data->labelled());
  EXPECT_EQ(data->classes(), 0);
  EXPECT_EQ(colour(data->get(0)), 1);
  EXPECT_FALSE(data->get(0).label.has_value());
}

TEST(Yolo, ReadsBoxesAndNames) {
  const TempDir dir;
  paint(dir, "images/a.png", 1);
  paint(dir, "images/empty.png", 1);
  dir.write("labels/a.txt", "2 0.5 0.25 0.1 0.2\n\n0 1 1 0 0\n");
  dir.write("data.yaml", "path: .\nnames:\n  0: person\n  1: bike\n  2: car\n  3: bus\n");
  const auto data = open_dataset(dir.path().string());
  EXPECT_EQ(data->kind(), "yolo");
  EXPECT_TRUE(data->has_boxes());
  EXPECT_FALSE(data->labelled());
  EXPECT_EQ(data->classes(), 4);
  const Sample sample = data->get(0);
  ASSERT_EQ(sample.boxes.size(), 2U);
  EXPECT_EQ(sample.boxes[0], (Box{2, 0.5F, 0.25F, 0.1F, 0.2F}));
  EXPECT_TRUE(data->get(1).boxes.empty());
}

TEST(Yolo, ErrorsNameFileAndLine) {
  const TempDir dir;
  paint(dir, "a.png", 1);
  for (const char* line : {"0 0.5 0.5 0.1", "x 0.5 0.5 0.1 0.1", "0 0.5 300 0.1 0.1",
                           "0 0.5 nan 0.1 0.1", "0 0.5 0.5 0.1 0.1z", "0 1 2 3 4 5 6"}) {
    dir.write("a.txt", std::string("0 0.5 0.5 0.1 0.1\n") + line + "\n");
    const std::string text =
        expect_fault(Fault::corrupt, [&] { open_dataset(dir.path().string()); });
    EXPECT_NE(text.find("a.txt line 2"), std::string::npos) << text;
  }
}

TEST(Npz, MatchesLabelsAndInputsByName) {
  const TempDir dir;
  const std::vector<NamedTensor> arrays = {
      {"input_ids", Tensor::of<std::int64_t>({2, 3}, {1, 2, 3, 4, 5, 6})},
      {"label", Tensor::of<std::int32_t>({2}, {4, 1})},
      {"mask", Tensor::of<float>({2, 1}, {0.5F, 1})}};
  write_npz(dir.at("d.npz"), arrays, false);
  for (const std::string& path : {dir.path().string(), dir.at("d.npz")}) {
    const auto data = open_dataset(path);
    EXPECT_EQ(data->kind(), "npz");
    EXPECT_EQ(data->input_names(), (std::vector<std::string>{"input_ids", "mask"}));
    EXPECT_EQ(labels(*data), (std::vector<std::int64_t>{4, 1}));
    const Sample second = data->get(1);
    EXPECT_EQ(second.inputs[0].to_ints(), (std::vector<std::int64_t>{4, 5, 6}));
    EXPECT_EQ(second.inputs[1].to_floats(), (std::vector<float>{1}));
  }
}

TEST(Npz, RefusesArraysOfDifferentCounts) {
  const TempDir dir;
  write_npz(dir.at("d.npz"),
            std::vector<NamedTensor>{{"a", Tensor(ElementKind::f32, {2, 3})},
                                     {"b", Tensor(ElementKind::f32, {3, 3})}},
            false);
  const std::string text = expect_fault(Fault::usage, [&] { open_dataset(dir.at("d.npz")); });
  EXPECT_NE(text.find("'b' has 3 samples, 'a' has 2"), std::string::npos);
  write_npz(dir.at("e.npz"),
            std::vector<NamedTensor>{{"x", Tensor(ElementKind::f32, {2})},
                                     {"y", Tensor(ElementKind::i64, {3})}},
            false);
  expect_fault(Fault::usage, [&] { open_dataset(dir.at("e.npz")); });
}

TEST(Npy, OpensPairsFoldersAndValuesAlone) {
  const TempDir dir;
  write_npy(dir.at("kws_x.npy"), Tensor::of<float>({2, 2}, {1, 2, 3, 4}), false);
  write_npy(dir.at("kws_y.npy"), Tensor::of<std::int32_t>({2}, {1, 0}), false);
  write_npy(dir.at("values.npy"), Tensor::of<float>({3, 1}, {1, 2, 3}), false);
  for (const std::string& path : {dir.path().string(), dir.at("kws_x.npy"),
                                  dir.at("kws_x.npy") + "," + dir.at("kws_y.npy")}) {
    const auto data = open_dataset(path);
    EXPECT_EQ(data->kind(), "npy");
    EXPECT_EQ(labels(*data), (std::vector<std::int64_t>{1, 0}));
    EXPECT_EQ(data->get(1).inputs[0].to_floats(), (std::vector<float>{3, 4}));
  }
  EXPECT_FALSE(open_dataset(dir.at("values.npy"))->labelled());
  expect_fault(Fault::usage,
               [&] { open_dataset(dir.at("values.npy") + "," + dir.at("kws_y.npy")); });
}

TEST(Npy, BytesThatLookLikePicturesBecomeChannelsLast) {
  const TempDir dir;
  write_npy(dir.at("x.npy"),
            Tensor::of<std::uint8_t>({1, 3, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}), false);
  const Tensor image = open_dataset(dir.at("x.npy"))->get(0).inputs[0];
  EXPECT_EQ(image.shape(), (Shape{2, 2, 3}));
  EXPECT_EQ(image.to_ints(), (std::vector<std::int64_t>{1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12}));
}

/// One CIFAR-10 record: red, green and blue planes of one value each.
std::string record(int label, int r, int g, int b) {
  return raw({label}) + std::string(1024, static_cast<char>(r)) +
         std::string(1024, static_cast<char>(g)) + std::string(1024, static_cast<char>(b));
}

TEST(Cifar, ReadsPlanesIntoPixels) {
  const TempDir dir;
  dir.write("test.bin", record(3, 1, 2, 3) + record(9, 40, 50, 60));
  const auto data = open_dataset(dir.path().string());
  EXPECT_EQ(data->kind(), "cifar");
  EXPECT_EQ(labels(*data), (std::vector<std::int64_t>{3, 9}));
  const Tensor image = data->get(1).inputs[0];
  EXPECT_EQ(image.shape(), (Shape{32, 32, 3}));
  const auto pixels = image.data<std::uint8_t>();
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    ASSERT_EQ(pixels[i], i % 3 == 0 ? 40 : i % 3 == 1 ? 50 : 60);
  }
}

TEST(Cifar, RefusesPartialRecords) {
  const TempDir dir;
  dir.write("a.bin", record(3, 1, 2, 3).substr(1));
  const std::string text = expect_fault(Fault::corrupt, [&] { open_dataset(dir.at("a.bin")); });
  EXPECT_NE(text.find("3072 bytes"), std::string::npos);
  dir.write("empty.bin", "");
  expect_fault(Fault::corrupt, [&] { open_dataset(dir.at("empty.bin")); });
}

TEST(Idx, FindsTheLabelsBesideTheImages) {
  const TempDir dir;
  dir.write("t10k-images-idx3-ubyte",
            raw({0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8}));
  dir.write("t10k-labels-idx1-ubyte", raw({0, 0, 8, 1, 0, 0, 0, 2, 6, 5}));
  const auto data = open_dataset(dir.path().string());
  EXPECT_EQ(data->kind(), "idx");
  EXPECT_EQ(labels(*data), (std::vector<std::int64_t>{6, 5}));
  EXPECT_EQ(data->get(1).inputs[0].shape(), (Shape{2, 2, 1}));
  EXPECT_EQ(data->get(1).inputs[0].to_ints(), (std::vector<std::int64_t>{5, 6, 7, 8}));
}

TEST(OpenDataset, SaysWhatWasLookedForAndWhatIsThere) {
  const TempDir dir;
  dir.write("model.onnx", "x");
  std::filesystem::create_directories(dir.at("weights"));
  const std::string text = expect_fault(Fault::usage, [&] { open_dataset(dir.path().string()); });
  for (const char* word : {"labels.csv", "YOLO", "idx3", "npz", "model.onnx", "weights"}) {
    EXPECT_NE(text.find(word), std::string::npos) << word;
  }
  expect_fault(Fault::missing, [&] { open_dataset(dir.at("nowhere")); });
  expect_fault(Fault::usage, [&] { open_dataset(dir.at("model.onnx")); });
  expect_fault(Fault::usage, [&] { open_dataset(dir.path().string(), {.kind = "cifar"}); });
  expect_fault(Fault::usage, [&] { open_dataset(dir.path().string(), {.kind = "cifer"}); });
  expect_fault(Fault::usage, [&] { open_dataset(dir.path().string(), {.limit = -1}); });
}

TEST(OpenDataset, PointsAtTheFolderBelowAndAtTheFilesToChooseFrom) {
  const TempDir dir;
  paint(dir, "train/cat/a.png", 1);
  const std::string hint = expect_fault(Fault::usage, [&] { open_dataset(dir.path().string()); });
  EXPECT_NE(hint.find("train holds 'image-folder' data"), std::string::npos) << hint;
  dir.write("two/a.bin", record(1, 1, 1, 1));
  dir.write("two/b.bin", record(1, 1, 1, 1));
  const std::string choice = expect_fault(Fault::usage, [&] { open_dataset(dir.at("two")); });
  EXPECT_NE(choice.find("a.bin, b.bin"), std::string::npos) << choice;
}

TEST(Limit, DrawsTheSameSamplesForTheSameSeedAndNestsSmallerOnes) {
  const auto few = sample_indices(1000, 20, 5);
  const auto more = sample_indices(1000, 200, 5);
  EXPECT_EQ(few, sample_indices(1000, 20, 5));
  EXPECT_NE(few, sample_indices(1000, 20, 6));
  EXPECT_EQ(std::set<std::int64_t>(more.begin(), more.end()).size(), 200U);
  EXPECT_TRUE(std::is_sorted(more.begin(), more.end()));
  EXPECT_TRUE(std::includes(more.begin(), more.end(), few.begin(), few.end()));
  EXPECT_EQ(sample_indices(5, 0, 1), (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(sample_indices(5, 9, 1), (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
}

TEST(Limit, EverySampleIsAsLikelyAsAnyOther) {
  std::vector<int> drawn(10, 0);
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    for (const std::int64_t i : sample_indices(10, 3, seed)) ++drawn[static_cast<std::size_t>(i)];
  }
  // Each is drawn 1500 times on average; the standard deviation is 32.
  for (const int n : drawn) EXPECT_NEAR(n, 1500, 160);
}

TEST(Limit, SubsetsKeepNamesLabelsAndClasses) {
  const TempDir dir;
  for (int i = 0; i < 6; ++i) paint(dir, cat("c", i % 3, "/", i, ".png"), i);
  const auto all = open_dataset(dir.path().string());
  const auto part = open_dataset(dir.path().string(), {.limit = 2, .seed = 9});
  const auto chosen = sample_indices(6, 2, 9);
  ASSERT_EQ(part->size(), 2);
  EXPECT_EQ(part->classes(), 3);
  for (std::int64_t i = 0; i < 2; ++i) {
    const std::int64_t from = chosen[static_cast<std::size_t>(i)];
    EXPECT_EQ(part->name(i), all->name(from));
    EXPECT_EQ(part->label(i), all->label(from));
    EXPECT_EQ(colour(part->get(i)), colour(all->get(from)));
  }
  EXPECT_NE(part->fingerprint(), all->fingerprint());
}

TEST(Fingerprint, ChangesWithLabelsAndSizesOnly) {
  const TempDir a;
  const TempDir b;
  for (const TempDir* dir : {&a, &b}) {
    paint(*dir, "one.png", 1);
    dir->write("labels.csv", "file,label\none.png,3\n");
  }
  const std::string before = open_dataset(a.path().string())->fingerprint();
  EXPECT_EQ(before.size(), 64U);
  EXPECT_EQ(before, open_dataset(b.path().string())->fingerprint());
  b.write("labels.csv", "file,label\none.png,4\n");
  EXPECT_NE(before, open_dataset(b.path().string())->fingerprint());
  paint(a, "one.png", 1, 40);
  EXPECT_NE(before, open_dataset(a.path().string())->fingerprint());
}

}  // namespace
}  // namespace pare
