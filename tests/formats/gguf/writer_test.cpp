#include "formats/gguf/writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/temporary_directory.hpp"
#include "formats/gguf/bytes.hpp"
#include "formats/gguf/file.hpp"
#include "formats/gguf/types.hpp"

namespace pare::gguf {
namespace {

namespace fs = std::filesystem;

using gguf_bytes::entry;
using gguf_bytes::File;
using gguf_bytes::le;
using gguf_bytes::small_file;
using gguf_bytes::span_of;
using gguf_bytes::tensor;
using gguf_bytes::text;
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

class Writing : public testing::Test {
 protected:
  [[nodiscard]] std::size_t files_here() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
  }
  [[nodiscard]] fs::path at(const std::string& name) const { return folder_.path() / name; }
  TemporaryDirectory folder_;
};

/// Writes what was read, in pieces of `piece` bytes.
void copy(const GgufFile& file, const fs::path& to, std::size_t piece,
          const WriterOptions& options = {}) {
  std::vector<PlannedTensor> plan;
  for (const StoredTensor& t : file.tensors()) plan.push_back({t.name, t.type, t.shape});
  GgufWriter writer(to, file.metadata(), plan, options);
  for (const StoredTensor& t : file.tensors()) {
    for (std::size_t i = 0; i < t.bytes.size(); i += piece) {
      writer.put(t.bytes.subspan(i, std::min(piece, t.bytes.size() - i)));
    }
  }
  writer.commit();
}

TEST_F(Writing, GivesTheBytesThatWereReadWhateverThePieces) {
  const std::string bytes = small_file().bytes();
  const auto file = GgufFile::parse(span_of(bytes), nullptr);
  for (const std::size_t piece : {1U, 7U, 1000U}) {
    copy(*file, at("out.gguf"), piece, {.force = true});
    EXPECT_EQ(slurp(at("out.gguf")), bytes);
  }
  EXPECT_EQ(files_here(), 1U);
}

TEST_F(Writing, KeepsTheBlocksOfEveryType) {
  File f;
  std::uint64_t offset = 0;
  for (const StoredType& t : all_types()) {
    const std::size_t size = 3 * t.bytes;
    f.tensors.push_back(
        tensor(std::string(t.name), {static_cast<std::int64_t>(t.values), 3}, t.id, offset));
    f.data += gguf_bytes::pattern(size, t.id);
    while (f.data.size() % 32 != 0) f.data += '\0';
    offset = f.data.size();
  }
  const std::string bytes = f.bytes();
  copy(*GgufFile::parse(span_of(bytes), nullptr), at("out.gguf"), 1U << 20U);
  EXPECT_EQ(slurp(at("out.gguf")), bytes);
}

TEST_F(Writing, ObeysTheAlignmentOfTheMetadata) {
  File f;
  f.alignment = 128;
  f.entries = {entry("general.alignment", 4, le(std::uint32_t{128}))};
  f.tensors = {tensor("a", {3}, 24, 0), tensor("b", {2}, 24, 128)};
  f.data = "abc" + std::string(125, '\0') + "de" + std::string(126, '\0');
  const std::string bytes = f.bytes();
  copy(*GgufFile::parse(span_of(bytes), nullptr), at("out.gguf"), 2);
  EXPECT_EQ(slurp(at("out.gguf")), bytes);
}

TEST_F(Writing, ScalarsBecomeOneValue) {
  GgufWriter writer(at("out.gguf"), {}, {{"s", &type_of(0), {}}});
  const std::string x = le(2.5F);
  writer.put(span_of(x));
  writer.commit();
  const auto file = GgufFile::open(at("out.gguf"));
  EXPECT_EQ(file->tensors()[0].shape, Shape{1});
  EXPECT_EQ(file->load(file->tensors()[0]).item<float>(), 2.5F);
  EXPECT_EQ(writer.size_bytes(), fs::file_size(at("out.gguf")));
}

TEST_F(Writing, FilesWithoutTensorsAreFine) {
  GgufWriter writer(at("out.gguf"), {{"k", Value::text("v")}}, {});
  writer.commit();
  EXPECT_EQ(GgufFile::open(at("out.gguf"))->find("k")->to_text(), "v");
}

TEST_F(Writing, SplitsBySizeWithAllMetadataInTheFirstPart) {
  File f = small_file();
  f.entries.push_back(entry("split.count", 2, le(std::uint16_t{1})));  // not carried over
  const std::string bytes = f.bytes();
  const auto file = GgufFile::parse(span_of(bytes), nullptr);
  copy(*file, at("out.gguf"), 5, {.split_above_bytes = 96});
  // 32 + 64 bytes with their padding fit into 96; the last 32 do not.
  EXPECT_EQ(files_here(), 2U);
  File second;
  second.entries = {entry("split.no", 2, le(std::uint16_t{1})),
                    entry("split.count", 2, le(std::uint16_t{2})),
                    entry("split.tensors.count", 5, le(std::int32_t{3}))};
  second.tensors = {tensor("bytes", {5}, 24, 0)};
  second.data = gguf_bytes::pattern(5, 90) + std::string(27, '\0');
  EXPECT_EQ(slurp(at("out-00002-of-00002.gguf")), second.bytes());
  const auto back = GgufFile::open(at("out-00001-of-00002.gguf"));
  ASSERT_EQ(back->tensors().size(), 3U);
  for (const StoredTensor& t : file->tensors()) {
    const StoredTensor* b = back->find_tensor(t.name);
    EXPECT_TRUE(std::equal(t.bytes.begin(), t.bytes.end(), b->bytes.begin(), b->bytes.end()));
  }
  EXPECT_EQ(back->metadata().size(), 15U + 3U);
  EXPECT_EQ(back->find("split.no")->to_unsigned(), 0U);
  // And together again: the file that was split.
  copy(*back, at("whole.gguf"), 100);
  EXPECT_EQ(slurp(at("whole.gguf")), small_file().bytes());
}

TEST_F(Writing, EveryTensorMayGetAPartOfItsOwnAndTheNameOfAPartIsUnderstood) {
  const std::string bytes = small_file().bytes();
  copy(*GgufFile::parse(span_of(bytes), nullptr), at("m-00001-of-00009.gguf"), 100,
       {.split_above_bytes = 1});
  EXPECT_EQ(files_here(), 3U);
  EXPECT_EQ(GgufFile::open(at("m-00003-of-00003.gguf"))->tensors().size(), 3U);
}

TEST_F(Writing, PartsKeepTheirAlignment) {
  File f;
  f.alignment = 64;
  f.entries = {entry("general.alignment", 4, le(std::uint32_t{64})), entry("k", 8, text("v"))};
  f.tensors = {tensor("a", {3}, 24, 0), tensor("b", {2}, 24, 64)};
  f.data = "abc" + std::string(61, '\0') + "de" + std::string(62, '\0');
  const std::string bytes = f.bytes();
  copy(*GgufFile::parse(span_of(bytes), nullptr), at("m.gguf"), 100, {.split_above_bytes = 64});
  const auto back = GgufFile::open(at("m-00001-of-00002.gguf"));
  EXPECT_EQ(back->load(*back->find_tensor("b")).to_ints(), (std::vector<std::int64_t>{'d', 'e'}));
  const std::string second = slurp(at("m-00002-of-00002.gguf"));
  EXPECT_THAT(second, HasSubstr("general.alignment"));
  EXPECT_EQ(second.find("\x01k"), std::string::npos);
}

TEST_F(Writing, NothingIsLeftWithoutCommit) {
  {
    const std::string one = "a";
    GgufWriter writer(at("out.gguf"), {}, {{"a", &type_of(24), {1}}, {"b", &type_of(24), {1}}},
                      {.split_above_bytes = 1});
    writer.put(span_of(one));
    expect_fault(Fault::internal, "before all tensors are there", [&] { writer.commit(); });
  }
  EXPECT_EQ(files_here(), 0U);
}

TEST_F(Writing, ExistingFilesAreKeptUnlessForced) {
  std::ofstream(at("m-00002-of-00002.gguf")) << "old";
  const std::vector<PlannedTensor> plan = {{"a", &type_of(24), {1}}, {"b", &type_of(24), {1}}};
  expect_fault(Fault::cannot_create, "exists",
               [&] { GgufWriter(at("m.gguf"), {}, plan, {.split_above_bytes = 1}); });
  EXPECT_EQ(files_here(), 1U);
  EXPECT_EQ(slurp(at("m-00002-of-00002.gguf")), "old");
}

TEST_F(Writing, MoreBytesThanPlannedAreABug) {
  const std::string two = "ab";
  GgufWriter writer(at("out.gguf"), {}, {{"a", &type_of(24), {1}}});
  expect_fault(Fault::internal, "more bytes", [&] { writer.put(span_of(two)); });
  writer.put(span_of(two).first(1));
  expect_fault(Fault::internal, "behind the last tensor", [&] { writer.put(span_of(two)); });
}

TEST_F(Writing, PlansThatTheFormatCannotHoldAreRefused) {
  const auto refuse = [&](Fault fault, const std::string& part,
                          const std::vector<PlannedTensor>& plan,
                          const std::vector<Entry>& metadata = {}) {
    expect_fault(fault, part, [&] { GgufWriter(at("out.gguf"), metadata, plan); });
  };
  const StoredType* bytes = &type_of(24);
  refuse(Fault::usage, "has 0 bytes; want 1 to 63", {{"", bytes, {1}}});
  refuse(Fault::usage, "has 64 bytes", {{std::string(64, 'a'), bytes, {1}}});
  refuse(Fault::usage, "two of the tensor 'a'", {{"a", bytes, {1}}, {"a", bytes, {1}}});
  refuse(Fault::unsupported, "more than 4 dimensions", {{"a", bytes, {1, 1, 1, 1, 1}}});
  refuse(Fault::unsupported, "it is empty", {{"a", bytes, {2, 0}}});
  refuse(Fault::unsupported, "rows of 16 values", {{"a", &type_of(2), {2, 16}}});
  refuse(Fault::corrupt, "overflows", {{"a", bytes, {INT64_MAX, 3}}});
  refuse(Fault::usage, "two of the key 'k'", {}, {{"k", Value::text("")}, {"k", Value::text("")}});
  refuse(Fault::usage, "key '' has 0 bytes", {}, {{"", Value::text("")}});
  refuse(Fault::usage, "power of two", {},
         {{"general.alignment", Value::number(std::uint32_t{3})}});
  refuse(Fault::usage, "power of two", {}, {{"general.alignment", Value::text("32")}});
  EXPECT_EQ(files_here(), 0U);
}

}  // namespace
}  // namespace pare::gguf
