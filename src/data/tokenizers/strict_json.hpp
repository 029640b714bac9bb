#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

namespace pare {

/// JSON from a file of a stranger. Errors: Fault::corrupt with the place when it is not well
/// formed, or an object has a key twice; Fault::resource when it is nested deeper than 100.
nlohmann::json parse_strict_json(std::string_view text);

}  // namespace pare
