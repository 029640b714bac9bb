#include "base/checksum.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "base/warning.hpp"

namespace pare {
namespace {

TEST(Checksum, ChangesWithEveryBitAndEveryLength) {
  std::vector<std::byte> bytes(100, std::byte{7});
  std::set<std::uint64_t> seen;
  for (std::size_t n = 0; n <= bytes.size(); ++n)
    seen.insert(checksum64(std::span(bytes).first(n)));
  EXPECT_EQ(seen.size(), bytes.size() + 1);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      bytes[i] ^= std::byte{static_cast<unsigned char>(1U << bit)};
      seen.insert(checksum64(bytes));
      bytes[i] ^= std::byte{static_cast<unsigned char>(1U << bit)};
    }
  }
  EXPECT_EQ(seen.size(), bytes.size() + 1 + 8 * bytes.size());
}

TEST(Checksum, IsThePublishedOne) {
  EXPECT_EQ(checksum64({}), 0x2d06800538d394c2U);  // of nothing, with seed 0: xxHash's own tests
}

std::string heard;  // NOLINT: the sink is a plain function

TEST(Warning, GoesWhereItIsSent) {
  warn("nobody listens");
  set_warning_sink([](const std::string& text) { heard += text; });
  warn("once");
  set_warning_sink(nullptr);
  warn("again");
  EXPECT_EQ(heard, "once");
}

}  // namespace
}  // namespace pare
