#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "formats/container.hpp"

namespace pare::gguf {

/// Every type of tensor that a file may hold, in order of its number: floats, integers and the
/// block formats of ggml, also those that pare cannot decode (their sizes are known).
std::span<const StoredType> all_types();

/// The type of that number. Errors: Fault::unsupported for numbers of types that ggml has removed
/// and for unknown ones.
const StoredType& type_of(std::uint32_t id);

/// The type of that name, in capitals or not; nullptr when there is none.
const StoredType* find_type(std::string_view name);

}  // namespace pare::gguf
