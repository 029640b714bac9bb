#include "formats/safetensors/writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "base/temporary_directory.hpp"
#include "formats/safetensors/bytes.hpp"
#include "formats/safetensors/file.hpp"
#include "formats/safetensors/types.hpp"

namespace pare::safetensors {
namespace {

namespace fs = std::filesystem;

using safetensors_bytes::file;
using safetensors_bytes::span_of;
using testing::HasSubstr;

std::string slurp(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

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

class SafetensorsWriting : public testing::Test {
 protected:
  [[nodiscard]] std::size_t files_here() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
  }
  [[nodiscard]] fs::path at(const std::string& name) const { return folder_.path() / name; }
  TemporaryDirectory folder_;
};

TEST_F(SafetensorsWriting, GivesTheBytesOfTheLayout) {
  for (const std::size_t piece : {1U, 3U, 100U}) {
    SafetensorsWriter writer(at("w.safetensors"), {{"format", "pt"}, {"q", "a\"b\n\xC3\xA9"}},
                             {{"b", find_type("F32"), {1, 2}},
                              {"empty", find_type("I64"), {0, 3}},
                              {"a\\", find_type("F4"), {2}},
                              {"last", find_type("U8"), {0}}},
                             {.force = true});
    const std::string data = "abcdefghi";
    for (const auto& part : {span_of(data).first(8), span_of(data).subspan(8)}) {
      for (std::size_t i = 0; i < part.size(); i += piece) {
        writer.put(part.subspan(i, std::min(piece, part.size() - i)));
      }
    }
    writer.commit();
    std::string header = R"({"__metadata__":{"format":"pt","q":"a\"b\né"},)"
                         R"("b":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
                         R"("empty":{"dtype":"I64","shape":[0,3],"data_offsets":[8,8]},)"
                         R"("a\\":{"dtype":"F4","shape":[2],"data_offsets":[8,9]},)"
                         R"("last":{"dtype":"U8","shape":[0],"data_offsets":[9,9]}})";
    while (header.size() % 8 != 0) header += ' ';
    EXPECT_EQ(slurp(at("w.safetensors")), file(header, data));
    EXPECT_EQ(writer.size_bytes(), fs::file_size(at("w.safetensors")));
  }
  EXPECT_EQ(files_here(), 1U);
}

TEST_F(SafetensorsWriting, NothingIsAFileToo) {
  SafetensorsWriter(at("w.safetensors"), {}, {}).commit();
  EXPECT_EQ(slurp(at("w.safetensors")), file("{}      ", ""));
}

TEST_F(SafetensorsWriting, SplitsBySizeWithAnIndex) {
  const StoredType* bytes = find_type("U8");
  SafetensorsWriter writer(
      at("model.safetensors"), {{"format", "pt"}},
      {{"a", bytes, {3}}, {"b", bytes, {2}}, {"none", bytes, {0}}, {"c", bytes, {4}}},
      {.split_above_bytes = 5});
  const std::string data = "aaabbcccc";
  for (const auto& [from, n] : {std::pair{0, 3}, {3, 2}, {5, 4}}) {
    writer.put(span_of(data).subspan(static_cast<std::size_t>(from), static_cast<std::size_t>(n)));
  }
  writer.commit();
  EXPECT_EQ(files_here(), 3U);
  EXPECT_EQ(slurp(at("model.safetensors.index.json")),
            "{\n  \"metadata\": {\"total_size\": 9},\n  \"weight_map\": {\n"
            "    \"a\": \"model-00001-of-00002.safetensors\",\n"
            "    \"b\": \"model-00001-of-00002.safetensors\",\n"
            "    \"none\": \"model-00001-of-00002.safetensors\",\n"
            "    \"c\": \"model-00002-of-00002.safetensors\"\n  }\n}\n");
  const auto back = SafetensorsFile::open(at("model.safetensors.index.json"));
  EXPECT_EQ(back->tensors().size(), 4U);
  EXPECT_EQ(back->metadata()[0].second, "pt");
  EXPECT_EQ(back->load(*back->find_tensor("c")).to_ints(),
            (std::vector<std::int64_t>{'c', 'c', 'c', 'c'}));
}

TEST_F(SafetensorsWriting, AnIndexIsWrittenWhereOneIsWanted) {
  SafetensorsWriter writer(at("m.safetensors.index.json"), {}, {{"a", find_type("U8"), {1}}});
  const std::string data = "a";
  writer.put(span_of(data));
  writer.commit();
  EXPECT_TRUE(fs::exists(at("m-00001-of-00001.safetensors")));
  EXPECT_EQ(SafetensorsFile::open(at("m.safetensors.index.json"))->tensors().size(), 1U);
}

TEST_F(SafetensorsWriting, NothingIsLeftWithoutCommit) {
  {
    const StoredType* bytes = find_type("U8");
    SafetensorsWriter writer(at("w.safetensors"), {}, {{"a", bytes, {1}}, {"b", bytes, {1}}},
                             {.split_above_bytes = 1});
    const std::string data = "a";
    writer.put(span_of(data));
    expect_fault(Fault::internal, "before all tensors are there", [&] { writer.commit(); });
  }
  EXPECT_EQ(files_here(), 0U);
}

TEST_F(SafetensorsWriting, ExistingFilesAreKeptUnlessForced) {
  std::ofstream(at("w.safetensors")) << "old";
  expect_fault(Fault::cannot_create, "exists",
               [&] { SafetensorsWriter(at("w.safetensors"), {}, {}); });
  EXPECT_EQ(slurp(at("w.safetensors")), "old");
}

TEST_F(SafetensorsWriting, MoreBytesThanPlannedAreABug) {
  SafetensorsWriter writer(at("w.safetensors"), {}, {{"a", find_type("U8"), {1}}});
  const std::string two = "ab";
  expect_fault(Fault::internal, "more bytes", [&] { writer.put(span_of(two)); });
  writer.put(span_of(two).first(1));
  writer.put({});
  expect_fault(Fault::internal, "behind the last tensor", [&] { writer.put(span_of(two)); });
}

TEST_F(SafetensorsWriting, PlansThatTheFormatCannotHoldAreRefused) {
  const auto refuse = [&](Fault fault, const std::string& part,
                          const std::vector<PlannedTensor>& plan, const Metadata& metadata = {}) {
    expect_fault(fault, part, [&] { SafetensorsWriter(at("w.safetensors"), metadata, plan); });
  };
  const StoredType* bytes = find_type("U8");
  refuse(Fault::usage, "is taken already", {{"a", bytes, {1}}, {"a", bytes, {1}}});
  refuse(Fault::usage, "is taken already", {{"__metadata__", bytes, {1}}});
  refuse(Fault::usage, "is not UTF-8", {{"\xC3", bytes, {1}}});
  refuse(Fault::usage, "is not UTF-8", {}, {{"k", "\xFF"}});
  refuse(Fault::usage, "two of the metadata 'k'", {}, {{"k", "1"}, {"k", "2"}});
  refuse(Fault::unsupported, "does not end on a byte", {{"a", find_type("F4"), {3}}});
  refuse(Fault::corrupt, "overflows", {{"a", bytes, {INT64_MAX, 4}}});
  EXPECT_EQ(files_here(), 0U);
}

}  // namespace
}  // namespace pare::safetensors
