#include "formats/gguf/part.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "formats/gguf/bytes.hpp"
#include "formats/gguf/types.hpp"

namespace pare::gguf {
namespace {

using gguf_bytes::entry;
using gguf_bytes::File;
using gguf_bytes::le;
using gguf_bytes::small_file;
using gguf_bytes::span_of;
using gguf_bytes::tensor;
using gguf_bytes::text;
using testing::HasSubstr;

void expect_fault(Fault fault, const std::string& part, const std::string& bytes,
                  std::uint64_t budget = 0) {
  try {
    static_cast<void>(parse_part(span_of(bytes), nullptr, budget));
    ADD_FAILURE() << "no error with " << part;
  } catch (const Error& e) {
    EXPECT_EQ(e.fault(), fault) << e.what();
    EXPECT_THAT(e.what(), HasSubstr(part));
  }
}

TEST(GgufPart, ReadsMetadataInOrderAndTensorsAsViews) {
  const std::string bytes = small_file().bytes();
  const Part part = parse_part(span_of(bytes), nullptr);
  EXPECT_EQ(part.version, 3U);
  EXPECT_EQ(part.alignment, 32U);
  EXPECT_EQ(part.unused_bytes, 0U);
  ASSERT_EQ(part.metadata.size(), 15U);
  EXPECT_EQ(part.metadata[1].key, "a.u8");
  EXPECT_EQ(part.find("general.architecture")->to_text(), "llama");
  EXPECT_EQ(part.find("a.u64")->to_unsigned(), 18000000000000000000U);
  EXPECT_EQ(part.find("a.i16")->to_signed(), -30000);
  EXPECT_EQ(part.find("nested")->items()[1].to_texts()[0], "x");
  EXPECT_EQ(part.find("none"), nullptr);
  ASSERT_EQ(part.tensors.size(), 3U);
  const StoredTensor& floats = part.tensors[0];
  EXPECT_EQ(floats.name, "floats");
  EXPECT_EQ(floats.type->name, "F32");
  EXPECT_EQ(floats.shape, (Shape{2, 3}));
  EXPECT_EQ(floats.bytes.data(), span_of(bytes).data() + part.data_begin);
  EXPECT_EQ(floats.bytes.size(), 24U);
  const StoredTensor& blocks = part.tensors[1];
  EXPECT_EQ(blocks.shape, (Shape{1, 64}));
  EXPECT_EQ(blocks.bytes.size(), 36U);
  EXPECT_EQ(std::to_integer<int>(blocks.bytes[0]), 50);
  EXPECT_EQ(part.tensors[2].bytes.data(), span_of(bytes).data() + part.data_begin + 96);
}

TEST(GgufPart, ReadsVersionTwoAndAnyAlignment) {
  for (const std::uint32_t alignment : {1U, 8U, 64U, 4096U}) {
    File f;
    f.version = 2;
    f.alignment = alignment;
    f.entries = {entry("general.alignment", 4, le(alignment))};
    const std::uint64_t next = (3 + alignment - 1) / alignment * alignment;
    f.tensors = {tensor("a", {3}, 24, 0), tensor("b", {1}, 24, next)};
    f.data = "abc" + std::string(next - 3, '\0') + "d";
    const std::string bytes = f.bytes();
    const Part part = parse_part(span_of(bytes), nullptr);
    EXPECT_EQ(part.version, 2U);
    EXPECT_EQ(part.alignment, alignment);
    EXPECT_EQ(std::to_integer<char>(part.tensors[1].bytes[0]), 'd');
  }
}

TEST(GgufPart, TensorsHaveUpToFourDimensions) {
  File f;
  f.tensors = {tensor("scalar", {}, 0, 0), tensor("four", {2, 3, 1, 2}, 24, 32)};
  f.data = std::string(32 + 12, '\1');
  const std::string bytes = f.bytes();
  const Part part = parse_part(span_of(bytes), nullptr);
  EXPECT_EQ(part.tensors[0].shape, Shape{});
  EXPECT_EQ(part.tensors[1].shape, (Shape{2, 1, 3, 2}));
}

TEST(GgufPart, FilesWithoutTensorsNeedNoPadding) {
  File f;
  f.entries = {entry("k", 8, text("v"))};
  const std::string bytes = f.head();
  const Part part = parse_part(span_of(bytes), nullptr);
  EXPECT_TRUE(part.tensors.empty());
  EXPECT_EQ(part.unused_bytes, 0U);
}

TEST(GgufPart, CountsBytesThatBelongToNothing) {
  File f = small_file();
  f.data += "tail";
  const std::string bytes = f.bytes();
  EXPECT_EQ(parse_part(span_of(bytes), nullptr).unused_bytes, 4U);
  // The padding of the last tensor may be missing.
  const std::string cut = small_file().bytes().substr(0, small_file().bytes().size() - 27);
  EXPECT_EQ(parse_part(span_of(cut), nullptr).unused_bytes, 0U);
}

TEST(GgufPart, EveryPrefixIsCorrupt) {
  const std::string bytes = small_file().bytes();
  for (std::size_t n = 0; n < bytes.size() - 27; ++n) {
    const std::string cut = bytes.substr(0, n);  // of its own memory, so that a tool sees overruns
    try {
      static_cast<void>(parse_part(span_of(cut), nullptr));
      ADD_FAILURE() << n;
    } catch (const Error& e) {
      EXPECT_EQ(e.fault(), Fault::corrupt) << n << ": " << e.what();
    }
  }
}

TEST(GgufPart, EveryFlippedBitIsReadOrRefused) {
  const std::string whole = small_file().bytes();
  for (std::size_t i = 0; i < small_file().head().size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ (1 << bit));
      try {
        const Part part = parse_part(span_of(bytes), nullptr);
        for (const StoredTensor& t : part.tensors) EXPECT_LE(t.bytes.size(), bytes.size());
      } catch (const Error& e) {
        EXPECT_NE(e.fault(), Fault::internal) << i << ": " << e.what();
      }
    }
  }
}

TEST(GgufPart, OtherFilesAndVersionsAreRefused) {
  File f;
  f.magic = "GGML";
  expect_fault(Fault::corrupt, "does not begin with 'GGUF'", f.bytes());
  f = File();
  f.version = 1;
  expect_fault(Fault::unsupported, "version 1 has 32-bit lengths", f.bytes());
  f.version = 4;
  expect_fault(Fault::unsupported, "version 4", f.bytes());
  f.version = 0;
  expect_fault(Fault::unsupported, "version 0", f.bytes());
  f.version = 3U << 24U;  // 3 as a big-endian machine writes it
  expect_fault(Fault::unsupported, "big-endian", f.bytes());
}

TEST(GgufPart, CountsAreComparedWithTheFile) {
  const std::string head = "GGUF" + le(std::uint32_t{3});
  expect_fault(Fault::corrupt, "cannot fit", head + le(std::uint64_t{0}) + le(UINT64_MAX));
  expect_fault(Fault::corrupt, "cannot fit", head + le(UINT64_MAX / 3) + le(std::uint64_t{0}));
  File f;
  for (int i = 0; i < 50; ++i) f.tensors.push_back(tensor(std::to_string(i), {1}, 24, i * 32U));
  f.data = std::string(50 * 32, '\0');
  EXPECT_EQ(parse_part(span_of(f.bytes()), nullptr).tensors.size(), 50U);
  expect_fault(Fault::resource, "50 tensors need about 16.00 kB of memory; the budget is 10.00 kB",
               f.bytes(), 10000);
}

TEST(GgufPart, BadMetadataIsNamedWithItsPlace) {
  File f;
  f.entries = {entry("one", 0, "\1"), entry("", 0, "\1")};
  expect_fault(Fault::corrupt, "the key at 40 is empty", f.bytes());
  expect_fault(Fault::corrupt, "while reading entry 1 of 2 of the metadata at 40", f.bytes());
  f.entries[1] = entry("one", 0, "\1");
  expect_fault(Fault::corrupt, "two entries of this name", f.bytes());
  expect_fault(Fault::corrupt, "'one'", f.bytes());
  f.entries[1] = entry(std::string(65536, 'k'), 0, "\1");
  expect_fault(Fault::corrupt, "has 65536 bytes; want at most 65535", f.bytes());
  f.entries[1] = entry("two", 13, "\1");
  expect_fault(Fault::unsupported, "type number 13", f.bytes());
  f.entries[1] = entry("two", 7, "\3");
  expect_fault(Fault::corrupt, "truth value 3", f.bytes());
  f.entries[1] = entry("\x1B[31m", 7, "\3");
  expect_fault(Fault::corrupt, "\\x1b[31m", f.bytes());
}

TEST(GgufPart, AlignmentIsAPowerOfTwo) {
  File f;
  f.entries = {entry("general.alignment", 4, le(std::uint32_t{48}))};
  expect_fault(Fault::corrupt, "general.alignment is 48; want a power of two", f.bytes());
  f.entries = {entry("general.alignment", 4, le(std::uint32_t{0}))};
  expect_fault(Fault::corrupt, "general.alignment is 0", f.bytes());
  f.entries = {entry("general.alignment", 4, le(std::uint32_t{1U << 31U}))};
  expect_fault(Fault::corrupt, "up to 1073741824", f.bytes());
  f.entries = {entry("general.alignment", 10, le(std::uint64_t{32}))};
  expect_fault(Fault::corrupt, "general.alignment is u64; want u32", f.bytes());
  f.entries = {entry("general.alignment", 8, text("32"))};
  expect_fault(Fault::corrupt, "general.alignment is text", f.bytes());
}

/// A file with that tensor, another behind it, and 1000 bytes of data.
std::string with_tensor(const std::string& t) {
  File f;
  f.tensors = {t};
  f.data = std::string(1000, '\0');
  return f.bytes();
}

TEST(GgufPart, BadTensorsAreNamedWithTheirPlace) {
  expect_fault(Fault::corrupt, "the name at 24 is empty", with_tensor(tensor("", {1}, 0, 0)));
  expect_fault(Fault::corrupt, "has 64 bytes; want at most 63",
               with_tensor(tensor(std::string(64, 'n'), {1}, 0, 0)));
  EXPECT_EQ(parse_part(span_of(with_tensor(tensor(std::string(63, 'n'), {1}, 0, 0))), nullptr)
                .tensors.size(),
            1U);
  expect_fault(Fault::corrupt, "it has 5 dimensions; want at most 4",
               with_tensor(tensor("t", {1, 1, 1, 1, 1}, 0, 0)));
  expect_fault(Fault::corrupt, "dimension 1 is 0; want at least 1",
               with_tensor(tensor("t", {1, 0}, 0, 0)));
  expect_fault(Fault::corrupt, "dimension 0 is -5", with_tensor(tensor("t", {-5}, 0, 0)));
  expect_fault(Fault::unsupported, "type number 77", with_tensor(tensor("t", {1}, 77, 0)));
  expect_fault(Fault::unsupported, "Q4_2", with_tensor(tensor("t", {1}, 4, 0)));
  expect_fault(Fault::corrupt, "while reading tensor 0 of 1 at 24 't'",
               with_tensor(tensor("t", {-5}, 0, 0)));
}

TEST(GgufPart, SizesThatOverflowAreCorrupt) {
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;
  expect_fault(Fault::corrupt, "overflows", with_tensor(tensor("t", {kHuge, kHuge}, 0, 0)));
  expect_fault(Fault::corrupt, "overflows", with_tensor(tensor("t", {kHuge, 4}, 24, 0)));
  expect_fault(Fault::corrupt, "overflows", with_tensor(tensor("t", {kHuge}, 0, 0)));
  expect_fault(Fault::corrupt, "are missing", with_tensor(tensor("t", {kHuge, 3}, 24, 0)));
  expect_fault(Fault::corrupt, "are missing", with_tensor(tensor("t", {kHuge}, 24, 0)));
  expect_fault(Fault::corrupt, "overflows", with_tensor(tensor("t", {INT64_MAX, 2, 1}, 24, 0)));
}

TEST(GgufPart, RowsAreWholeBlocks) {
  // 128 values in all, and yet no row is whole.
  expect_fault(Fault::corrupt, "rows of 16 values are not whole blocks of 32 of Q4_0",
               with_tensor(tensor("t", {16, 8}, 2, 0)));
  expect_fault(Fault::corrupt, "rows of 32 values are not whole blocks of 256 of Q4_K",
               with_tensor(tensor("t", {32, 8}, 12, 0)));
  expect_fault(Fault::corrupt, "rows of 1 values", with_tensor(tensor("t", {}, 12, 0)));
}

TEST(GgufPart, TensorsFollowEachOther) {
  File f;
  f.data = std::string(1000, '\0');
  f.tensors = {tensor("a", {33}, 24, 0), tensor("b", {1}, 24, 32)};
  expect_fault(Fault::corrupt, "its data begins at 32 of the data; want 64", f.bytes());
  f.tensors[1] = tensor("b", {1}, 24, 96);
  expect_fault(Fault::corrupt, "begins at 96 of the data; want 64", f.bytes());
  f.tensors[1] = tensor("b", {1}, 24, 33);
  expect_fault(Fault::corrupt, "aligned to 32", f.bytes());
  f.tensors = {tensor("a", {33}, 24, 32)};
  expect_fault(Fault::corrupt, "begins at 32 of the data; want 0", f.bytes());
  f.tensors = {tensor("a", {1}, 24, 0), tensor("a", {1}, 24, 32)};
  expect_fault(Fault::corrupt, "two tensors of this name", f.bytes());
}

TEST(GgufPart, TruncatedDataIsCounted) {
  const std::string bytes = small_file().bytes();
  const std::string cut = bytes.substr(0, bytes.size() - 27 - 3);
  expect_fault(Fault::corrupt, "tensor 'bytes' [5] I8 needs bytes", cut);
  expect_fault(Fault::corrupt, ": 3 bytes are missing", cut);
  const std::string no_data = bytes.substr(0, bytes.size() - small_file().data.size());
  expect_fault(Fault::corrupt, "tensor 'floats' [2,3] F32", no_data);
  expect_fault(Fault::corrupt, ": 101 bytes are missing", no_data);
}

TEST(GgufPart, AlignedRoundsUp) {
  EXPECT_EQ(aligned(0, 32), 0U);
  EXPECT_EQ(aligned(1, 32), 32U);
  EXPECT_EQ(aligned(64, 32), 64U);
  EXPECT_EQ(aligned(65, 1), 65U);
  EXPECT_THROW(static_cast<void>(aligned(UINT64_MAX - 3, 32)), Error);
}

}  // namespace
}  // namespace pare::gguf
