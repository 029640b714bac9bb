#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pare {

/// The one of `known` that is nearest to a mistyped `name` in single-character changes (insert,
/// remove, replace, exchange of neighbours); empty when none is near: more than a third of the
/// letters differ.
std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

/// " (did you mean 'X'?)", or nothing.
std::string suggestion(std::string_view name, const std::vector<std::string>& known);

}  // namespace pare
