#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

TEST(Binary, IsTheSign) {
  const DtypeInfo& info = format("binary");
  const std::vector<float> x = {3, -0.1F, 0, -7, 1, 1, -1, -1, std::nanf("")};
  std::vector<std::byte> codes(2);
  info.encode(x, codes);
  EXPECT_EQ(codes[0], std::byte{0x35});
  std::vector<float> back(9);
  info.decode(codes, back);
  EXPECT_EQ(back, (std::vector<float>{1, -1, 1, -1, 1, 1, -1, -1, 1}));
  EXPECT_EQ(dtype_by_name("binary").bits_per_value(), 1);
}

}  // namespace
}  // namespace pare
