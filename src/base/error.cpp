#include "base/error.hpp"

namespace pare {

std::string_view to_string(Fault fault) noexcept {
  switch (fault) {
    case Fault::usage: return "usage";
    case Fault::corrupt: return "corrupt";
    case Fault::missing: return "missing";
    case Fault::unsupported: return "unsupported";
    case Fault::internal: return "internal";
    case Fault::resource: return "resource";
    case Fault::cannot_create: return "cannot create";
    case Fault::io: return "io";
    case Fault::interrupted: return "interrupted";
    case Fault::permission: return "permission";
    case Fault::config: return "config";
  }
  return "unknown";
}

Error::Error(Fault fault, std::string message) : fault_(fault), message_(std::move(message)) {
  full_ = cat("error (", to_string(fault_), "): ", message_);
}

void Error::add_frame(std::string_view frame) { full_ += cat("\n  while ", frame); }

void require(bool condition, std::string_view what) {
  if (!condition) throw Error(Fault::internal, std::string(what));
}

}  // namespace pare
