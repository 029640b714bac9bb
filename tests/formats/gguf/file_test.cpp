#include "formats/gguf/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/temporary_directory.hpp"
#include "formats/contents.hpp"
#include "formats/gguf/bytes.hpp"

namespace pare::gguf {
namespace {

namespace fs = std::filesystem;

using gguf_bytes::array;
using gguf_bytes::entry;
using gguf_bytes::File;
using gguf_bytes::le;
using gguf_bytes::small_file;
using gguf_bytes::span_of;
using gguf_bytes::tensor;
using gguf_bytes::text;
using testing::ElementsAre;
using testing::HasSubstr;

template <class Body>
void expect_fault(Fault fault, const std::string& part, Body&& body) {
  try {
    body();
    ADD_FAILURE() << "no error with " << part;
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), fault) << e.what();
    EXPECT_THAT(e.what(), HasSubstr(part));
  }
}

class GgufFiles : public testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& bytes) {
    fs::path path = folder_.path() / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  /// Part `number` (from 0) of `count`, with one tensor of one byte called `name`.
  static File part(std::uint16_t number, std::uint16_t count, std::int32_t tensors,
                   const std::string& name) {
    File f;
    f.entries = {entry("split.no", 2, le(number)), entry("split.count", 2, le(count)),
                 entry("split.tensors.count", 5, le(tensors))};
    f.tensors = {tensor(name, {1}, 24, 0)};
    f.data = std::string(1, static_cast<char>('a' + number)) + std::string(31, '\0');
    return f;
  }
  TemporaryDirectory folder_;
};

TEST_F(GgufFiles, OpensAModelInOneFile) {
  const auto path = write("m.gguf", small_file().bytes());
  const auto file = GgufFile::open(path);
  EXPECT_EQ(file->version(), 3U);
  EXPECT_EQ(file->metadata().size(), 15U);
  EXPECT_EQ(file->find("a.i8")->to_signed(), -100);
  ASSERT_EQ(file->files().size(), 1U);
  EXPECT_EQ(file->files()[0].path, path);
  EXPECT_EQ(file->files()[0].size_bytes, small_file().bytes().size());
  EXPECT_EQ(file->find_tensor("bytes")->shape, Shape{5});
  EXPECT_EQ(file->find_tensor("none"), nullptr);
}

TEST_F(GgufFiles, TensorsOutliveTheFile) {
  File f;
  f.tensors = {tensor("t", {2, 1}, 0, 0)};
  f.data = le(1.5F) + le(-2.0F);
  Tensor t;
  {
    const auto file = GgufFile::open(write("m.gguf", f.bytes()));
    t = file->load(file->tensors()[0]);
  }
  EXPECT_EQ(t.shape(), (Shape{1, 2}));
  EXPECT_THAT(t.to_floats(), ElementsAre(1.5F, -2.0F));
}

TEST_F(GgufFiles, ReleasedTensorsAreReadAgain) {
  File f;
  f.tensors = {tensor("t", {20000}, 24, 0)};
  f.data = gguf_bytes::pattern(20000);
  const std::string bytes = f.bytes();
  for (const auto& file :
       {GgufFile::open(write("m.gguf", bytes)), GgufFile::parse(span_of(bytes), nullptr)}) {
    const Tensor before = file->load(file->tensors()[0]).clone();
    file->release(file->tensors()[0]);
    EXPECT_TRUE(identical(file->load(file->tensors()[0]), before));
  }
}

TEST_F(GgufFiles, TensorsThatAreNotAlignedAreCopied) {
  File f;
  f.alignment = 1;
  f.entries = {entry("general.alignment", 4, le(std::uint32_t{1}))};
  f.tensors = {tensor("odder", {3}, 24, 0), tensor("t", {2}, 0, 3)};
  f.data = "abc" + le(1.5F) + le(-2.0F);
  const auto file = GgufFile::open(write("m.gguf", f.bytes()));
  const Tensor t = file->load(*file->find_tensor("t"));
  EXPECT_NE(t.bytes().data(), file->find_tensor("t")->bytes.data());
  EXPECT_THAT(t.to_floats(), ElementsAre(1.5F, -2.0F));
}

// By hand from the layout: float16 0.5 is 0x3800; byte j holds value j low and value j+16 high.
TEST_F(GgufFiles, BlocksAreDecoded) {
  std::string block = le(std::uint16_t{0x3800});
  for (int j = 0; j < 16; ++j) block += static_cast<char>(j | ((15 - j) << 4));
  File f;
  f.tensors = {tensor("q", {32}, 2, 0)};
  f.data = block;
  const std::string bytes = f.bytes();
  const auto file = GgufFile::parse(span_of(bytes), nullptr);
  const std::vector<float> x = file->load(file->tensors()[0]).to_floats();
  for (int j = 0; j < 16; ++j) {
    EXPECT_EQ(x[static_cast<std::size_t>(j)], 0.5F * static_cast<float>(j - 8));
    EXPECT_EQ(x[static_cast<std::size_t>(j + 16)], 0.5F * static_cast<float>(7 - j));
  }
}

TEST_F(GgufFiles, TypesWithoutADecoderAreNamed) {
  File f;
  f.tensors = {tensor("blk.0.weight", {256}, 16, 0)};
  f.data = std::string(66, '\3');
  const std::string bytes = f.bytes();
  const auto file = GgufFile::parse(span_of(bytes), nullptr);
  EXPECT_EQ(file->tensors()[0].bytes.size(), 66U);
  expect_fault(Fault::unsupported, "values of type IQ2_XXS cannot be decoded",
               [&] { static_cast<void>(file->load(file->tensors()[0])); });
  expect_fault(Fault::unsupported, "loading tensor 'blk.0.weight' [256] IQ2_XXS",
               [&] { static_cast<void>(file->load(file->tensors()[0])); });
}

TEST_F(GgufFiles, PartsAreOneModelFromWhicheverIsOpened) {
  File first = part(0, 3, 3, "one");
  first.entries.push_back(entry("general.name", 8, text("whole")));
  const auto a = write("m-00001-of-00003.gguf", first.bytes());
  write("m-00002-of-00003.gguf", part(1, 3, 3, "two").bytes());
  const auto c = write("m-00003-of-00003.gguf", part(2, 3, 3, "three").bytes());
  for (const fs::path& path : {a, c}) {
    const auto file = GgufFile::open(path);
    ASSERT_EQ(file->tensors().size(), 3U);
    EXPECT_EQ(file->find("general.name")->to_text(), "whole");
    EXPECT_EQ(file->files().size(), 3U);
    EXPECT_EQ(file->find_tensor("three")->file, 2U);
    EXPECT_THAT(file->load(*file->find_tensor("three")).to_ints(), ElementsAre('c'));
  }
}

TEST_F(GgufFiles, ModelsOfOnePartNeedNoName) {
  EXPECT_EQ(GgufFile::open(write("m.gguf", part(0, 1, 1, "one").bytes()))->tensors().size(), 1U);
  EXPECT_EQ(GgufFile::open(write("m.gguf", part(0, 0, 1, "one").bytes()))->tensors().size(), 1U);
}

TEST_F(GgufFiles, MissingAndForeignPartsAreNamed) {
  const auto a = write("m-00001-of-00002.gguf", part(0, 2, 2, "one").bytes());
  const auto open = [&] { static_cast<void>(GgufFile::open(a)); };
  expect_fault(Fault::missing, "m-00002-of-00002.gguf", open);
  write("m-00002-of-00002.gguf", part(0, 2, 2, "two").bytes());
  expect_fault(Fault::corrupt, "says that it is part 1 of 2", open);
  expect_fault(Fault::corrupt, "reading part 2 of 2, m-00002-of-00002.gguf", open);
  write("m-00002-of-00002.gguf", small_file().bytes());
  expect_fault(Fault::corrupt, "does not say that it is a part", open);
  write("m-00002-of-00002.gguf", part(1, 2, 7, "two").bytes());
  expect_fault(Fault::corrupt, "7 tensors here and 2 in the first part", open);
  write("m-00002-of-00002.gguf", part(1, 3, 2, "two").bytes());
  expect_fault(Fault::corrupt, "part 2 of 3", open);
  write("m-00002-of-00002.gguf", part(1, 2, 2, "one").bytes());
  expect_fault(Fault::corrupt, "tensor 'one' is in two parts", open);
  write("m-00001-of-00002.gguf", part(0, 2, 9, "one").bytes());
  write("m-00002-of-00002.gguf", part(1, 2, 9, "two").bytes());
  expect_fault(Fault::corrupt, "split.tensors.count is 9; the 2 parts have 2 tensors", open);
  write("m-00002-of-00002.gguf", "GG");
  expect_fault(Fault::corrupt, "m-00002-of-00002.gguf", open);
}

TEST_F(GgufFiles, PartsMustBeCalledAsParts) {
  const std::string bytes = part(0, 2, 2, "one").bytes();
  const auto path = write("m.gguf", bytes);
  expect_fault(Fault::corrupt, "model-00001-of-00003.gguf",
               [&] { static_cast<void>(GgufFile::open(path)); });
  expect_fault(Fault::unsupported, "one of 2 parts",
               [&] { static_cast<void>(GgufFile::parse(span_of(bytes), nullptr)); });
}

TEST_F(GgufFiles, SplitFactsAreChecked) {
  const auto refuse = [&](const File& f, const std::string& what) {
    const std::string bytes = f.bytes();
    expect_fault(Fault::corrupt, what,
                 [&] { static_cast<void>(GgufFile::parse(span_of(bytes), nullptr)); });
  };
  File f = part(0, 2, 2, "one");
  f.entries = {f.entries[1]};
  refuse(f, "does not say which");
  f = part(2, 2, 2, "one");
  refuse(f, "part 2 (from 0) of 2");
  f.entries[1] = entry("split.count", 8, text("two"));
  refuse(f, "want an integer, got text");
  f.entries[1] = entry("split.count", 5, le(std::int32_t{-2}));
  refuse(f, "not negative, got -2");
}

TEST_F(GgufFiles, LinksOutOfTheFolderAreNotFollowed) {
  const TemporaryDirectory other;
  const auto elsewhere = other.path() / "secret.gguf";
  std::ofstream(elsewhere, std::ios::binary) << part(1, 2, 2, "two").bytes();
  const auto a = write("m-00001-of-00002.gguf", part(0, 2, 2, "one").bytes());
  fs::create_symlink(elsewhere, folder_.path() / "m-00002-of-00002.gguf");
  expect_fault(Fault::corrupt, "leaves the directory of the model",
               [&] { static_cast<void>(GgufFile::open(a)); });
}

TEST(GgufSplitName, IsTakenApartAndPutTogether) {
  const auto name = parse_split_name("/x/model-7b-00002-of-00010.gguf");
  ASSERT_TRUE(name.has_value());
  EXPECT_EQ(name->stem, "model-7b");
  EXPECT_EQ(name->number, 1U);
  EXPECT_EQ(name->count, 10U);
  EXPECT_EQ(split_name("model-7b", 1, 10), "model-7b-00002-of-00010.gguf");
  for (const char* bad : {"m.gguf", "m-00000-of-00002.gguf", "m-00003-of-00002.gguf",
                          "m-0001-of-00002.gguf", "m-0000x-of-00002.gguf", "m-00001_of-00002.gguf",
                          "m-00001-of-00002.bin", "-00001-of-00002.gguf", "m00001-of-00002.gguf"}) {
    EXPECT_FALSE(parse_split_name(bad).has_value()) << bad;
  }
}

TEST_F(GgufFiles, ListsWhatIsInside) {
  File f = small_file();
  f.entries.push_back(entry("long", 9, array(4, 20, std::string(80, '\1'))));
  f.data += "tail";
  const auto path = write("m.gguf", f.bytes());
  EXPECT_TRUE(is_container(path));
  const Contents c = list_contents(path);
  EXPECT_EQ(c.format, "GGUF version 3");
  EXPECT_EQ(c.architecture, "llama");
  ASSERT_EQ(c.facts.size(), 16U);
  EXPECT_EQ(c.facts[0].value, "llama");
  EXPECT_EQ(c.facts[7].value, 0.1);  // the shortest number that is this float32
  EXPECT_EQ(c.facts[9].value, 18000000000000000000U);
  EXPECT_EQ(c.facts[14].value.dump(), R"([[9],["x"]])");
  EXPECT_EQ(c.facts[15].count, 20U);
  EXPECT_EQ(c.facts[15].value.size(), kMostShownItems);
  EXPECT_EQ(c.facts[15].type, "array of u32");
  EXPECT_EQ(c.tensors.size(), 3U);
  EXPECT_THAT(c.notes, ElementsAre(HasSubstr("4 bytes behind the last tensor of m.gguf")));
  f.entries[0] = entry("general.architecture", 4, le(std::uint32_t{1}));
  write("m.gguf", f.bytes());
  expect_fault(Fault::corrupt, "reading general.architecture",
               [&] { static_cast<void>(list_contents(path)); });
}

TEST_F(GgufFiles, HaveAGraphWhenTheirArchitectureIsKnown) {
  auto f = small_file();
  const auto path = write("m.bin", f.bytes());  // told by content, not by name
  expect_fault(Fault::corrupt, "building the graph of architecture llama",
               [&] { static_cast<void>(read_model(path)); });
  f.entries[0] = entry("general.architecture", 8, text("rwkv"));
  expect_fault(Fault::unsupported, "no graph of architecture 'rwkv'; known are llama",
               [&] { static_cast<void>(read_model(write("n.gguf", f.bytes()))); });
}

}  // namespace
}  // namespace pare::gguf
