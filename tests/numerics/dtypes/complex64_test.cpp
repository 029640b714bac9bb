#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

using dtype_test::format;

TEST(Complex64, TakesTwoFloatsAndIsNoSingleFloat) {
  dtype_test::expect_described("complex64", ElementKind::c64, 64);
  const DtypeInfo& info = format("complex64");
  EXPECT_EQ(info.group, DtypeClass::complex);
  EXPECT_EQ(info.decode, nullptr);
  EXPECT_EQ(info.encode, nullptr);
}

}  // namespace
}  // namespace pare
