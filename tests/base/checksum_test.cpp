#include "base/checksum.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "base/machine.hpp"
#include "base/threads.hpp"
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

TEST(Checksum, DoesNotDependOnTheThreads) {
  std::vector<std::byte> bytes((std::size_t{5} << 20U) + 13);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = std::byte(i * 2654435761U >> 13U);
  const int before = threads();
  set_threads(1);
  const std::uint64_t one = checksum64(bytes);
  set_threads(3);
  EXPECT_EQ(checksum64(bytes), one);
  set_threads(before);
  bytes[std::size_t{3} << 20U] ^= std::byte{16};
  EXPECT_NE(checksum64(bytes), one);
}

TEST(Machine, IsTheSameTextEachTime) {
  EXPECT_FALSE(machine_text().empty());
  EXPECT_EQ(&machine_text(), &machine_text());
  EXPECT_EQ(machine_text().find('\n'), std::string::npos);
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
