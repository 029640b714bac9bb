#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

TEST(Complex128, TakesTwoDoublesAndIsNoSingleFloat) {
  dtype_test::expect_described("complex128", ElementKind::c128, 128);
  const DtypeInfo& info = format("complex128");
  EXPECT_EQ(info.group, DtypeClass::complex);
  EXPECT_EQ(info.decode, nullptr);
  EXPECT_EQ(info.encode, nullptr);
}

}  // namespace
}  // namespace pare
