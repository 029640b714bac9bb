#pragma once

#include <new>
#include <utility>

#include "base/error.hpp"
#include "pare/pare.hpp"

namespace pare {

/// Runs the body of a public function: whatever is thrown inside leaves as a Failure.
template <class Body>
decltype(auto) as_public(Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const Failure&) {
    throw;
  } catch (const Error& e) {
    throw Failure(static_cast<FailureKind>(e.exit_code()), e.what());
  } catch (const std::bad_alloc&) {
    throw Failure(FailureKind::resource, "out of memory");
  } catch (const std::filesystem::filesystem_error& e) {
    throw Failure(FailureKind::io, e.what());
  } catch (const std::exception& e) {
    throw Failure(FailureKind::internal, e.what());
  }
}

}  // namespace pare
