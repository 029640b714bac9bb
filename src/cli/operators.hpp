#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "ir/op.hpp"

namespace pare {

/// What the schemas say, for programs: one object per operator, in order of domain and name.
nlohmann::json operators_json(const OpRegistry& ops);
/// The same for people.
std::string operators_text(const OpRegistry& ops);
/// docs/operators.md: which operators take which element types.
std::string operators_markdown(const OpRegistry& ops);

}  // namespace pare
