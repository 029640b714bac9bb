#include "base/budget.hpp"

#include <unistd.h>

#include <limits>

namespace pare {
namespace {

constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();

std::int64_t bytes_of_memory() {
  const auto pages = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES));
  const auto size = static_cast<std::int64_t>(sysconf(_SC_PAGESIZE));
  return pages > 0 && size > 0 ? pages * size : kNoLimit;
}

/// What is left.
thread_local Budget budget{0, kNoLimit};

}  // namespace

BudgetScope::BudgetScope(const Budget& wanted) noexcept : before_(budget) {
  if (wanted.most_elements > 0) budget.most_elements = wanted.most_elements;
  if (wanted.most_steps > 0) budget.most_steps = wanted.most_steps;
}

BudgetScope::~BudgetScope() { budget = before_; }

void check_elements(std::int64_t count) {
  static const std::int64_t kMemory = bytes_of_memory();
  const std::int64_t most = budget.most_elements > 0 ? budget.most_elements : kMemory;
  if (count > most) {
    throw Error(Fault::resource, cat(count, " elements of one value are more than ", most));
  }
}

void spend_steps(std::int64_t n) {
  if (budget.most_steps == kNoLimit) return;
  if (n > budget.most_steps) throw Error(Fault::resource, "the model takes too many steps");
  budget.most_steps -= n;
}

}  // namespace pare
