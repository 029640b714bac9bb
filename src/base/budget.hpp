#pragma once

#include <cstdint>
#include <new>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"

namespace pare {

/// Limits for models from strangers, of which a few bytes can ask for more than any machine has.
struct Budget {
  std::int64_t most_elements = 0;  ///< of one value; 0 = as many as this machine has bytes
  std::int64_t most_steps = 0;     ///< nodes executed (those of bodies each time); 0 = no limit
};

/// A budget for what this thread does until the scope ends. A limit of an outer scope stays when
/// the inner one has none.
class BudgetScope {
 public:
  explicit BudgetScope(const Budget& budget) noexcept;
  ~BudgetScope();
  BudgetScope(const BudgetScope&) = delete;
  BudgetScope& operator=(const BudgetScope&) = delete;

 private:
  Budget before_;
};

/// Errors: Fault::resource when one value may not have that many elements.
void check_elements(std::int64_t count);
/// Takes n steps from the budget. Operators whose work is not in proportion to the sizes of their
/// inputs and outputs count a step for some thousand operations. Errors: Fault::resource when there
/// are none left.
void spend_steps(std::int64_t n);

/// Runs `body`; memory that cannot be had becomes Error(Fault::resource).
template <class Body>
decltype(auto) within_memory(Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const std::bad_alloc&) {
    throw Error(Fault::resource, "no memory is left");
  } catch (const std::length_error&) {
    throw Error(Fault::resource, "more memory is asked for than there can be");
  }
}

}  // namespace pare
