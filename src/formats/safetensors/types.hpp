#pragma once

#include <span>
#include <string_view>

#include "formats/container.hpp"

namespace pare::safetensors {

/// Every type of the format.
std::span<const StoredType> all_types();

/// The type of that name, as the format spells it; nullptr when there is none.
const StoredType* find_type(std::string_view name);

/// The type that holds values of that number format; nullptr when there is none.
const StoredType* type_for(DType dtype);

}  // namespace pare::safetensors
