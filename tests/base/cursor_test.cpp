#include "base/cursor.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.hpp"

namespace pare {
namespace {

std::vector<std::byte> bytes(std::initializer_list<int> values) {
  std::vector<std::byte> out;
  for (const int v : values) out.push_back(static_cast<std::byte>(v));
  return out;
}

TEST(Cursor, ReadsLittleEndianInOrder) {
  const auto all = bytes({1, 2, 3, 4, 5, 'a', 'b', 0, 0, 0x80, 0x3F});
  Cursor in(all);
  EXPECT_EQ(in.read<std::uint8_t>(), 1);
  EXPECT_EQ(in.read<std::uint32_t>(), 0x05040302U);
  EXPECT_EQ(in.text(2), "ab");
  EXPECT_EQ(in.read<float>(), 1.0F);
  EXPECT_TRUE(in.done());
  EXPECT_EQ(in.at(), all.size());
}

TEST(Cursor, ReadingPastTheEndSaysWhatWasWantedAndMovesNothing) {
  const auto all = bytes({1, 2, 3});
  Cursor in(all);
  in.take(1);
  try {
    in.read<std::uint64_t>();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault(), Fault::corrupt);
    EXPECT_EQ(error.message(), "want 8 bytes at 1, got 2");
  }
  EXPECT_EQ(in.at(), 1U);
  EXPECT_THROW(in.take(UINT64_MAX), Error);  // at + n would overflow
  EXPECT_EQ(in.take(2).size(), 2U);
  EXPECT_NO_THROW(in.take(0));
}

TEST(Cursor, SeeksInsideOnly) {
  const auto all = bytes({1, 2, 3});
  Cursor in(all);
  in.seek(2);
  EXPECT_EQ(in.read<std::uint8_t>(), 3);
  EXPECT_NO_THROW(in.seek(3));
  EXPECT_THROW(in.seek(4), Error);
  in.seek(0);
  EXPECT_EQ(in.left(), 3U);
}

TEST(Cursor, CountsMustFitIntoTheBytesLeft) {
  const auto all = bytes({0, 0, 0, 0, 0, 0, 0, 0});
  Cursor in(all);
  EXPECT_EQ(in.count(2, 4), 2U);
  EXPECT_THROW(static_cast<void>(in.count(3, 4)), Error);
  EXPECT_THROW(static_cast<void>(in.count(UINT64_MAX, 4)), Error);  // the product would overflow
  in.take(1);
  EXPECT_THROW(static_cast<void>(in.count(2, 4)), Error);
  EXPECT_EQ(in.count(7, 1), 7U);
}

TEST(Cursor, NothingIsReadFromNothing) {
  Cursor in({});
  EXPECT_TRUE(in.done());
  EXPECT_EQ(in.text(0), "");
  EXPECT_THROW(in.read<std::uint8_t>(), Error);
}

TEST(Cursor, StoresWhatItLoads) {
  std::vector<std::byte> room(8);
  store_le<std::uint64_t>(room, 0x0102030405060708ULL);
  EXPECT_EQ(room.front(), std::byte{8});
  EXPECT_EQ(load_le<std::uint64_t>(room), 0x0102030405060708ULL);
}

}  // namespace
}  // namespace pare
