#include "api/failure.hpp"

namespace pare {
inline namespace v1 {

Failure::Failure(FailureKind kind, const std::string& message)
    : std::runtime_error(message), kind_(kind) {}

// Here and not in the header, so that the type's identity has one home.
Failure::~Failure() = default;

std::string_view to_string(FailureKind kind) noexcept {
  return pare::to_string(static_cast<Fault>(kind));
}

std::string_view version() noexcept { return PARE_VERSION; }

}  // namespace v1
}  // namespace pare
