#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace pare {

/// A self-contained page of what `pare bench --profile --json` prints under "profile": the roofline
/// picture, a bar per node, and a table. English and Korean, light and dark.
std::string profile_page(const nlohmann::json& profile);

}  // namespace pare
