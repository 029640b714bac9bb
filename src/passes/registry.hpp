#pragma once

#include <span>
#include <string_view>

#include "ir/pass.hpp"

namespace pare {

/// Every pass of the folder passes/, in order of stage, then name.
const std::vector<PassDef>& all_passes();
/// Passes that `optimize` applies by default.
std::vector<PassDef> default_passes();
/// nullptr when there is none of that name.
const PassDef* find_pass(std::string_view name);

}  // namespace pare
