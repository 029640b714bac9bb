#include "formats/onnx/tensors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temp_dir.hpp"
#include "formats/onnx/onnx.pb.h"
#include "support/tiny_onnx.hpp"

namespace pare {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

schema::TensorProto decode(const std::string& bytes) {
  schema::TensorProto proto;
  EXPECT_TRUE(proto.ParseFromString(bytes));
  return proto;
}

Tensor read(const std::string& bytes, const std::filesystem::path& model = "m.onnx") {
  onnx::ExternalFiles files(model);
  return onnx::read_tensor(decode(bytes), files);
}

Error error_of(const std::string& bytes, const std::filesystem::path& model = "m.onnx") {
  try {
    (void)read(bytes, model);
  } catch (const Error& e) {
    return e;
  }
  return {Fault::internal, "nothing was thrown"};
}

std::string head(int type, const std::vector<std::int64_t>& dims) {
  std::string out;
  for (const std::int64_t d : dims) out += tiny::number(1, d);
  return out + tiny::number(2, type) + tiny::bytes(8, "t");
}

std::string packed(int field, const std::vector<std::int64_t>& numbers) {
  std::string body;
  for (const std::int64_t n : numbers) body += tiny::varint(static_cast<std::uint64_t>(n));
  return tiny::bytes(field, body);
}

std::vector<int> bytes_of(const Tensor& t) {
  std::vector<int> out;
  for (const std::byte b : t.bytes()) out.push_back(std::to_integer<int>(b));
  return out;
}

// Every element type: raw bytes, and the typed list that the format prescribes for it.
struct TypeCase {
  int type;
  std::vector<std::int64_t> dims;
  std::vector<int> raw;
  std::string list;
};

std::vector<TypeCase> type_cases() {
  const auto floats = [](const std::vector<float>& v) { return tiny::bytes(4, tiny::raw(v)); };
  const auto doubles = [](const std::vector<double>& v) { return tiny::bytes(10, tiny::raw(v)); };
  return {
      {1, {1}, {0, 0, 0x80, 0x3F}, floats({1})},
      {2, {2}, {255, 7}, packed(5, {255, 7})},
      {3, {2}, {0xFF, 7}, packed(5, {-1, 7})},
      {4, {1}, {0xFF, 0xFF}, packed(5, {65535})},
      {5, {1}, {0xFE, 0xFF}, packed(5, {-2})},
      {6, {1}, {0xFD, 0xFF, 0xFF, 0xFF}, packed(5, {-3})},
      {7, {1}, {0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, packed(7, {-4})},
      {9, {2}, {1, 0}, packed(5, {1, 0})},
      {10, {1}, {0x00, 0x3C}, packed(5, {0x3C00})},
      {11, {1}, {0, 0, 0, 0, 0, 0, 0xF0, 0x3F}, doubles({1})},
      {12, {1}, {0xFF, 0xFF, 0xFF, 0xFF}, packed(11, {0xFFFFFFFF})},
      {13, {1}, {5, 0, 0, 0, 0, 0, 0, 0}, packed(11, {5})},
      {14, {1}, {0, 0, 0x80, 0x3F, 0, 0, 0, 0x40}, floats({1, 2})},
      {15, {1}, {0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0x40}, doubles({1, 2})},
      {16, {1}, {0x80, 0x3F}, packed(5, {0x3F80})},
      {17, {2}, {0x38, 0xB8}, packed(5, {0x38, 0xB8})},
      {18, {1}, {0x40}, packed(5, {0x40})},
      {19, {1}, {0x3C}, packed(5, {0x3C})},
      {20, {1}, {0x40}, packed(5, {0x40})},
      {21, {3}, {0x21, 0x03}, packed(5, {0x21, 0x03})},
      {22, {3}, {0x2F, 0x03}, packed(5, {0x2F, 0x03})},
      {23, {2}, {0x72}, packed(5, {0x72})},
      {24, {1}, {127}, packed(5, {127})},
      {25, {5}, {0xE4, 0x03}, packed(5, {0xE4, 0x03})},
      {26, {4}, {0x1B}, packed(5, {0x1B})},
  };
}

TEST(OnnxTensors, EveryElementTypeFromRawBytesAndFromItsList) {
  for (const TypeCase& c : type_cases()) {
    SCOPED_TRACE(c.type);
    std::string raw_bytes;
    for (const int b : c.raw) raw_bytes += static_cast<char>(b);
    const Tensor a = read(head(c.type, c.dims) + tiny::bytes(9, raw_bytes));
    EXPECT_EQ(static_cast<int>(a.kind()), c.type);
    EXPECT_EQ(a.shape(), c.dims);
    EXPECT_EQ(bytes_of(a), c.raw);
    const Tensor b = read(head(c.type, c.dims) + c.list);
    EXPECT_EQ(bytes_of(b), c.raw);
    // One byte too few or too many is an error, whatever the type.
    EXPECT_EQ(error_of(head(c.type, c.dims) + tiny::bytes(9, raw_bytes + "x")).fault(),
              Fault::corrupt);
    raw_bytes.pop_back();
    EXPECT_EQ(error_of(head(c.type, c.dims) + tiny::bytes(9, raw_bytes)).fault(), Fault::corrupt);
  }
}

TEST(OnnxTensors, WrittenOnesReadBack) {
  onnx::ExternalFiles files("m.onnx");
  for (const TypeCase& c : type_cases()) {
    SCOPED_TRACE(c.type);
    const Tensor a = read(head(c.type, c.dims) + c.list);
    schema::TensorProto proto;
    onnx::write_tensor(a, "name", proto);
    EXPECT_EQ(proto.name(), "name");
    EXPECT_TRUE(identical(onnx::take_tensor(proto, files), a));
  }
  const Tensor words = Tensor::of<std::string>({2}, {"a", std::string("b\0c", 3)});
  schema::TensorProto proto;
  onnx::write_tensor(words, "w", proto);
  EXPECT_TRUE(identical(onnx::read_tensor(proto, files), words));
}

TEST(OnnxTensors, ListsOfTheWrongLengthAreCorrupt) {
  EXPECT_EQ(error_of(head(1, {3}) + tiny::bytes(4, tiny::raw<float>({1, 2}))).fault(),
            Fault::corrupt);
  EXPECT_EQ(error_of(head(8, {2}) + tiny::bytes(6, "one")).fault(), Fault::corrupt);
  EXPECT_EQ(error_of(head(1, {3})).fault(), Fault::corrupt) << "a shape without data";
  EXPECT_TRUE(read(head(1, {0, 4})).empty());
  const Error e = error_of(head(1, {3}) + tiny::bytes(4, tiny::raw<float>({1, 2})));
  EXPECT_THAT(std::string(e.what()), HasSubstr("tensor 't'"));
}

TEST(OnnxTensors, HugeAndNegativeShapesAreCorruptBeforeAnyAllocation) {
  const std::int64_t huge = std::int64_t{1} << 62U;
  EXPECT_EQ(error_of(head(1, {huge}) + tiny::bytes(9, "12345678")).fault(), Fault::corrupt);
  EXPECT_EQ(error_of(head(1, {huge, 8}) + tiny::bytes(9, "12345678")).fault(), Fault::corrupt);
  EXPECT_EQ(error_of(head(1, {-1}) + tiny::bytes(9, "1234")).fault(), Fault::corrupt);
  EXPECT_EQ(error_of(head(1, {1'000'000'000'000}) + tiny::bytes(4, tiny::raw<float>({1}))).fault(),
            Fault::corrupt);
  EXPECT_EQ(error_of(head(1, std::vector<std::int64_t>(65, 1)) + tiny::bytes(9, "1234")).fault(),
            Fault::corrupt);
}

TEST(OnnxTensors, UnknownTypesAndBadBooleansAreRefused) {
  EXPECT_EQ(error_of(head(27, {1}) + tiny::bytes(9, "1")).fault(), Fault::unsupported);
  EXPECT_EQ(error_of(head(0, {1}) + tiny::bytes(9, "1")).fault(), Fault::unsupported);
  EXPECT_EQ(error_of(head(9, {2}) + tiny::bytes(9, std::string("\1\2"))).fault(), Fault::corrupt);
}

// --- weights in files beside the model

std::string external(const std::vector<std::pair<std::string, std::string>>& entries,
                     const std::vector<std::int64_t>& dims = {2}) {
  std::string out = head(1, dims) + tiny::number(14, 1);
  for (const auto& [key, value] : entries) {
    out += tiny::bytes(13, tiny::bytes(1, key) + tiny::bytes(2, value));
  }
  return out;
}

class OnnxExternal : public testing::Test {
 protected:
  OnnxExternal() {
    dir_.write("m.onnx", "the model");
    dir_.write("w.bin", "xxxx" + tiny::raw<float>({1, 2, 3}));
  }
  [[nodiscard]] std::filesystem::path model() const { return dir_.path() / "m.onnx"; }
  TempDir dir_;
};

TEST_F(OnnxExternal, ReadsFromTheOffset) {
  const Tensor t =
      read(external({{"location", "w.bin"}, {"offset", "8"}, {"length", "8"}}), model());
  EXPECT_THAT(t.to_floats(), ElementsAre(2, 3));
  const Tensor u = read(external({{"location", "w.bin"}, {"offset", "4"}}), model());
  EXPECT_THAT(u.to_floats(), ElementsAre(1, 2));
}

TEST_F(OnnxExternal, SaysHowManyBytesAreMissing) {
  const Error e = error_of(external({{"location", "w.bin"}, {"offset", "12"}}), model());
  EXPECT_EQ(e.fault(), Fault::corrupt);
  EXPECT_THAT(e.message(), HasSubstr("4 bytes are missing"));
}

TEST_F(OnnxExternal, BadNumbersAndLengthsAreCorrupt) {
  const auto fault = [&](const std::vector<std::pair<std::string, std::string>>& entries) {
    return error_of(external(entries), model()).fault();
  };
  EXPECT_EQ(fault({{"location", "w.bin"}, {"offset", "-4"}}), Fault::corrupt);
  EXPECT_EQ(fault({{"location", "w.bin"}, {"offset", "4x"}}), Fault::corrupt);
  EXPECT_EQ(fault({{"location", "w.bin"}, {"length", "4"}}), Fault::corrupt);
  EXPECT_EQ(fault({{"location", "w.bin"}, {"length", "-1"}}), Fault::corrupt);
  EXPECT_EQ(fault({{"location", "w.bin"}, {"offset", "18446744073709551612"}}), Fault::corrupt);
  EXPECT_EQ(fault({{"offset", "0"}}), Fault::corrupt);
  EXPECT_EQ(fault({{"location", "gone.bin"}}), Fault::missing);
}

TEST_F(OnnxExternal, NothingOutsideTheModelsDirectoryIsRead) {
  const TempDir other;
  const std::string secret = other.write("secret.bin", std::string(64, 'x'));
  for (const std::string& location :
       {secret, std::string("../") + other.path().filename().string() + "/secret.bin",
        std::string("a/../../") + other.path().filename().string() + "/secret.bin",
        std::string("*/_ORT_MEM_ADDR_/*")}) {
    EXPECT_NE(error_of(external({{"location", location}}), model()).fault(), Fault::internal)
        << location;
  }
  std::filesystem::create_symlink(secret, dir_.path() / "link.bin");
  EXPECT_EQ(error_of(external({{"location", "link.bin"}}), model()).fault(), Fault::corrupt);
}

TEST_F(OnnxExternal, TheLinksOfTheHuggingFaceCacheAreFollowed) {
  // snapshots/1/{m.onnx,w.bin} link into blobs/.
  const TempDir cache;
  cache.write("blobs/aaa", "model");
  cache.write("blobs/bbb", tiny::raw<float>({5, 6}));
  std::filesystem::create_directories(cache.path() / "snapshots/1");
  std::filesystem::create_symlink("../../blobs/aaa", cache.path() / "snapshots/1/m.onnx");
  std::filesystem::create_symlink("../../blobs/bbb", cache.path() / "snapshots/1/w.bin");
  const Tensor t = read(external({{"location", "w.bin"}}), cache.path() / "snapshots/1/m.onnx");
  EXPECT_THAT(t.to_floats(), ElementsAre(5, 6));
}

}  // namespace
}  // namespace pare
