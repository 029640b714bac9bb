#include <algorithm>
#include <set>
#include <string>

#include "base/error.hpp"
#include "numerics/dtypes/oracle.hpp"

namespace pare {
namespace {

TEST(DtypeRegistry, HasEveryElementTypeOfOnnxOnce) {
  std::set<std::string> names;
  for (int number = 1; number <= 26; ++number) {
    const DType type = dtype_of(static_cast<ElementKind>(number));
    EXPECT_EQ(static_cast<int>(type.kind()), number);
    names.insert(std::string(type.name()));
  }
  EXPECT_EQ(names.size(), 26U);
}

TEST(DtypeRegistry, IsSortedByName) {
  const auto all = all_dtypes();
  EXPECT_TRUE(
      std::is_sorted(all.begin(), all.end(), [](DType a, DType b) { return a.name() < b.name(); }));
  for (const DType type : all) EXPECT_EQ(dtype_by_name(type.name()), type);
}

TEST(DtypeRegistry, RefusesUnknownNumbersAndNames) {
  EXPECT_FALSE(dtype_by_name("float17").valid());
  EXPECT_THROW(dtype_of(ElementKind::undefined), Error);
  EXPECT_THROW(dtype_of(ElementKind::block), Error);
}

TEST(DtypeRegistry, SizesAgreeWithTheGroups) {
  for (const DType type : all_dtypes()) {
    const DtypeInfo& info = type.info();
    EXPECT_GE(info.values, 1U) << info.name;
    EXPECT_EQ(info.decode == nullptr, info.encode == nullptr) << info.name;
    EXPECT_LE(info.min, info.max) << info.name;
    EXPECT_EQ(type.is_float(), info.group == DtypeClass::floating) << info.name;
  }
}

}  // namespace
}  // namespace pare
