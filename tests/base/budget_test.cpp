#include "base/budget.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pare {
namespace {

template <class Body>
bool is_refused(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.fault() == Fault::resource;
  }
  return false;
}

TEST(Budget, ElementsAreLimitedByTheInnermostScope) {
  EXPECT_TRUE(is_refused([] { check_elements(std::int64_t{1} << 60); }));
  check_elements(1 << 20);
  const BudgetScope outer({.most_elements = 100});
  EXPECT_TRUE(is_refused([] { check_elements(101); }));
  {
    const BudgetScope inner({.most_elements = 10});
    EXPECT_TRUE(is_refused([] { check_elements(11); }));
  }
  const BudgetScope other({.most_steps = 5});
  check_elements(100);
  EXPECT_TRUE(is_refused([] { check_elements(101); }));
}

TEST(Budget, StepsAreUsedUp) {
  spend_steps(std::int64_t{1} << 60);  // without a scope there is no limit
  const BudgetScope scope({.most_steps = 5});
  spend_steps(2);
  EXPECT_TRUE(is_refused([] { spend_steps(4); }));
  spend_steps(3);
  EXPECT_TRUE(is_refused([] { spend_steps(1); }));
}

TEST(Budget, MemoryThatCannotBeHadIsAnError) {
  EXPECT_TRUE(is_refused(
      [] { within_memory([] { std::vector<double>(static_cast<std::size_t>(-1) / 8); }); }));
  EXPECT_TRUE(is_refused([] { within_memory([] { throw std::bad_alloc(); }); }));
  EXPECT_EQ(within_memory([] { return 3; }), 3);
}

}  // namespace
}  // namespace pare
