#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "formats/contents.hpp"

namespace pare {

/// What `pare inspect` says of a file of tensors: metadata, tensors with bytes and bits per weight,
/// sums by type.
std::string container_text(const Contents& contents);
/// The same for --json, with every tensor.
nlohmann::json container_json(const Contents& contents);

}  // namespace pare
