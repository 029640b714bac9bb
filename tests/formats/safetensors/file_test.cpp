#include "formats/safetensors/file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.hpp"
#include "base/temporary_directory.hpp"
#include "formats/contents.hpp"
#include "formats/format.hpp"
#include "formats/safetensors/bytes.hpp"

namespace pare::safetensors {
namespace {

namespace fs = std::filesystem;

using safetensors_bytes::file;
using safetensors_bytes::span_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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

/// The float32 1.5.
const std::string kOnePointFive = {0, 0, '\xC0', '\x3F'};

/// A file with one tensor of that name and one value.
std::string one(const std::string& name, const std::string& shape = "[1]") {
  return file("{\"__metadata__\":{\"from\":\"" + name + "\"},\"" + name +
                  "\":{\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":[0,4]}}",
              kOnePointFive);
}

class SafetensorsFiles : public testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& bytes) {
    fs::path path = folder_.path() / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }
  TemporaryDirectory folder_;
};

TEST_F(SafetensorsFiles, OpensOneFile) {
  const auto path = write("w.safetensors", one("t", "[1,1]"));
  Tensor t;
  {
    const auto f = SafetensorsFile::open(path);
    ASSERT_EQ(f->tensors().size(), 1U);
    EXPECT_EQ(f->files()[0].path, path);
    EXPECT_EQ(f->files()[0].size_bytes, fs::file_size(path));
    EXPECT_EQ(f->metadata()[0].second, "t");
    EXPECT_EQ(f->find_tensor("none"), nullptr);
    t = f->load(*f->find_tensor("t"));
  }
  EXPECT_EQ(t.shape(), (Shape{1, 1}));
  EXPECT_EQ(t.to_floats()[0], 1.5F);
}

TEST_F(SafetensorsFiles, DecodesEightBitFloatsAndTruthValues) {
  // 0x38 = 1 in E4M3 (bias 7), 0x3C = 1 in E5M2 (bias 15), 0x7F = 1 in E8M0.
  const std::string bytes = file(R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]},)"
                                 R"("b":{"dtype":"F8_E5M2","shape":[1],"data_offsets":[1,2]},)"
                                 R"("c":{"dtype":"F8_E8M0","shape":[1],"data_offsets":[2,3]},)"
                                 R"("d":{"dtype":"F4","shape":[2],"data_offsets":[3,4]},)"
                                 R"("e":{"dtype":"BOOL","shape":[2],"data_offsets":[4,6]},)"
                                 R"("f":{"dtype":"BOOL","shape":[2],"data_offsets":[6,8]}})",
                                 std::string("\x38\x3C\x7F\xA2\1\0\1\2", 8));
  const auto f = SafetensorsFile::parse(span_of(bytes), nullptr);
  for (const char* name : {"a", "b", "c"}) {
    EXPECT_THAT(f->load(*f->find_tensor(name)).to_floats(), ElementsAre(1.0F)) << name;
  }
  // Low nibble first: 2 -> 1, 0xA -> -1.
  EXPECT_THAT(f->load(*f->find_tensor("d")).to_floats(), ElementsAre(1.0F, -1.0F));
  EXPECT_THAT(f->load(*f->find_tensor("e")).to_ints(), ElementsAre(1, 0));
  expect_fault(Fault::corrupt, "truth value 1 is 2; want 0 or 1",
               [&] { static_cast<void>(f->load(*f->find_tensor("f"))); });
}

TEST_F(SafetensorsFiles, ReleasedTensorsAreReadAgain) {
  const std::string bytes = file(R"({"t":{"dtype":"U8","shape":[20000],"data_offsets":[0,20000]}})",
                                 std::string(20000, 'x'));
  for (const auto& f : {SafetensorsFile::open(write("m.safetensors", bytes)),
                        SafetensorsFile::parse(span_of(bytes), nullptr)}) {
    const Tensor before = f->load(f->tensors()[0]).clone();
    f->release(f->tensors()[0]);
    EXPECT_TRUE(identical(f->load(f->tensors()[0]), before));
  }
}

TEST_F(SafetensorsFiles, TensorsThatAreNotAlignedAreCopied) {
  const std::string bytes = file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                                 R"("t":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})",
                                 "x" + kOnePointFive);
  const auto f = SafetensorsFile::parse(span_of(bytes), nullptr);
  EXPECT_EQ(f->load(*f->find_tensor("t")).item<float>(), 1.5F);
}

TEST_F(SafetensorsFiles, AnIndexNamesTheFilesOfAModel) {
  write("m-00001-of-00002.safetensors", one("a"));
  write("m-00002-of-00002.safetensors", one("b"));
  const auto index =
      write("m.safetensors.index.json", R"({"metadata":{"total_size":8},"weight_map":{)"
                                        R"("b":"m-00002-of-00002.safetensors",)"
                                        R"("a":"m-00001-of-00002.safetensors"}})");
  EXPECT_TRUE(is_index_name(index));
  EXPECT_FALSE(is_index_name("m.safetensors"));
  EXPECT_FALSE(is_index_name(".safetensors.index.json"));
  const auto f = SafetensorsFile::open(index);
  ASSERT_EQ(f->tensors().size(), 2U);
  EXPECT_EQ(f->tensors()[0].name, "a");
  EXPECT_EQ(f->find_tensor("b")->file, 1U);
  EXPECT_EQ(f->files().size(), 2U);
  EXPECT_EQ(f->metadata()[0].second, "a");
  EXPECT_EQ(f->load(*f->find_tensor("b")).size(), 1);
}

TEST_F(SafetensorsFiles, IndexAndFilesMustAgree) {
  const auto index = folder_.path() / "m.safetensors.index.json";
  const auto refuse = [&](const std::string& map, const std::string& part,
                          Fault fault = Fault::corrupt) {
    write("m.safetensors.index.json", map);
    expect_fault(fault, part, [&] { static_cast<void>(SafetensorsFile::open(index)); });
  };
  write("a.safetensors", one("a"));
  write("b.safetensors", one("b"));
  write("again.safetensors", one("a"));
  refuse("[]", "no object weight_map");
  refuse("{}", "no object weight_map");
  refuse(R"({"weight_map":[]})", "no object weight_map");
  refuse(R"({"weight_map":{}})", "names no tensor");
  refuse(R"({"weight_map":{"a":7}})", "no file name for tensor 'a'");
  refuse(R"({"weight_map":{"a":"a.safetensors","a":"a.safetensors"}})", "given twice");
  refuse(R"({"weight_map":{"a":"none.safetensors"}})", "none.safetensors", Fault::missing);
  refuse(R"({"weight_map":{"a":"../a.safetensors"}})", "cannot open", Fault::missing);
  refuse(R"({"weight_map":{"a":"/etc/passwd"}})", "not a relative path");
  refuse(R"({"weight_map":{"a":"a.safetensors","x":"a.safetensors"}})",
         "says that tensor 'x' is in a.safetensors; it is not there");
  refuse(R"({"weight_map":{"a":"b.safetensors","b":"a.safetensors"}})", "it is not there");
  refuse(R"({"weight_map":{"a":"a.safetensors","b":"again.safetensors"}})",
         "tensor 'a' is in two files");
  write("a.safetensors", file(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                              R"("more":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                              "xy"));
  refuse(R"({"weight_map":{"a":"a.safetensors"}})",
         "tensor 'more' of a.safetensors is not in the index");
}

TEST_F(SafetensorsFiles, LinksOutOfTheFolderAreNotFollowed) {
  const TemporaryDirectory other;
  std::ofstream(other.path() / "a.safetensors", std::ios::binary) << one("a");
  fs::create_symlink(other.path() / "a.safetensors", folder_.path() / "a.safetensors");
  const auto index = write("m.safetensors.index.json", R"({"weight_map":{"a":"a.safetensors"}})");
  expect_fault(Fault::corrupt, "leaves the directory of the model",
               [&] { static_cast<void>(SafetensorsFile::open(index)); });
}

TEST_F(SafetensorsFiles, FoldersAreListedWithTheirConfiguration) {
  write("model.safetensors", one("t"));
  EXPECT_TRUE(is_container(folder_.path()));
  Contents c = list_contents(folder_.path());
  EXPECT_EQ(c.format, "safetensors");
  EXPECT_EQ(c.architecture, "");
  ASSERT_EQ(c.facts.size(), 1U);
  EXPECT_EQ(c.facts[0].name, "from");
  EXPECT_THAT(c.notes, IsEmpty());
  write("config.json", R"({"architectures":["LlamaForCausalLM"],"hidden_size":64,)"
                       R"("list":[1,2,3,4,5,6,7,8,9,10],"quantization_config":{"bits":4}})");
  c = list_contents(folder_.path() / "model.safetensors");
  EXPECT_EQ(c.architecture, "LlamaForCausalLM");
  ASSERT_EQ(c.facts.size(), 5U);
  EXPECT_EQ(c.facts[2].name, "config.hidden_size");
  EXPECT_EQ(c.facts[2].value, 64);
  EXPECT_EQ(c.facts[3].count, 10U);
  EXPECT_EQ(c.facts[3].value.size(), kMostShownItems);
  EXPECT_THAT(c.notes, ElementsAre(HasSubstr("packed")));
  write("config.json", "[1]");
  expect_fault(Fault::corrupt, "config.json",
               [&] { static_cast<void>(list_contents(folder_.path())); });
  write("config.json", "{");
  expect_fault(Fault::corrupt, "no valid JSON",
               [&] { static_cast<void>(list_contents(folder_.path())); });
}

TEST_F(SafetensorsFiles, TheIndexOfAFolderComesFirst) {
  write("model.safetensors", one("old"));
  write("x.safetensors", one("new"));
  write("model.safetensors.index.json", R"({"weight_map":{"new":"x.safetensors"}})");
  EXPECT_EQ(list_contents(folder_.path()).tensors[0].name, "new");
}

TEST_F(SafetensorsFiles, AFolderMayHoldOneFileOfAnyName) {
  expect_fault(Fault::usage, "not a regular file, and as a folder it holds no model",
               [&] { static_cast<void>(list_contents(folder_.path())); });
  write("any.safetensors", one("t"));
  EXPECT_EQ(list_contents(folder_.path()).tensors[0].name, "t");
  write("other.safetensors", one("t"));
  expect_fault(Fault::usage, "2 files of weights; name one of them",
               [&] { static_cast<void>(is_container(folder_.path())); });
}

TEST_F(SafetensorsFiles, HaveAGraphWhenConfigTellsAKnownArchitecture) {
  const auto path = write("w.bin", one("t"));
  const auto expect = [&](Fault fault, const char* words) {
    expect_fault(fault, words, [&] { static_cast<void>(read_model(path)); });
  };
  expect(Fault::missing, "config.json");
  write("config.json", "[]");
  expect(Fault::corrupt, "want an object");
  write("config.json", R"({"model_type": 3})");
  expect(Fault::corrupt, "model_type: want a text, got number");
  write("config.json", R"({"model_type": "rwkv"})");
  expect(Fault::unsupported, "no graph of architecture 'rwkv'; known are llama");
  write("config.json", R"({"model_type": "llama", "hidden_size": null})");
  expect(Fault::corrupt, "there is no hidden_size");
  write("config.json", R"({"model_type": "llama", "hidden_size": "4"})");
  expect(Fault::corrupt, "hidden_size: want a number, got string");
  write("config.json", R"({"model_type": "llama", "quantization_config": {}})");
  expect(Fault::unsupported, "quantization_config");
  expect_fault(Fault::corrupt, "the header has",
               [&] { static_cast<void>(list_contents(write("x.safetensors", "12345678"))); });
}

}  // namespace
}  // namespace pare::safetensors
