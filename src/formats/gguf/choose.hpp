#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "formats/container.hpp"

namespace pare::gguf {

/// Whether a tensor of that name and shape is a matrix that is usually quantized. Not so: vectors,
/// what is not called `*weight`, norms, routers of experts, embeddings of positions and token
/// types, convolutions of state space models. Source: llama.cpp, src/llama-quant.cpp.
bool is_matrix(const std::string& name, const Shape& shape);

/// `type` where rows of `row` values are whole blocks of it, else the type that llama.cpp takes
/// instead, with more bits: smaller blocks, at last F16.
const StoredType& fitting(const StoredType& type, std::int64_t row);

/// The number in `general.file_type` of a model whose matrices are of that type. Nothing when there
/// is none. Source: llama.cpp, enum llama_ftype.
std::optional<std::uint32_t> file_type(const StoredType& type);

}  // namespace pare::gguf
