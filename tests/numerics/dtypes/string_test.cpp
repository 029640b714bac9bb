#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

TEST(String, HasNoSizeAndNoFloatsOfItsOwn) {
  dtype_test::expect_described("string", ElementKind::string, 0);
  const DtypeInfo& info = format("string");
  EXPECT_EQ(info.group, DtypeClass::text);
  EXPECT_EQ(info.decode, nullptr);
  EXPECT_EQ(info.encode, nullptr);
}

}  // namespace
}  // namespace pare
