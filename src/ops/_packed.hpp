#pragma once

#include <cstdint>
#include <span>

#include "ir/op.hpp"

namespace pare::ops {

/// Code `index` of a row of unsigned codes of `bits` (2, 4 or 8) each, low bits of a byte first.
inline std::int64_t packed_code(std::span<const std::uint8_t> row, std::int64_t index,
                                std::int64_t bits) {
  const std::int64_t bit = index * bits;
  const unsigned byte = row[static_cast<std::size_t>(bit / 8)];
  return (byte >> static_cast<unsigned>(bit % 8)) & ((1U << static_cast<unsigned>(bits)) - 1U);
}

/// Attribute `bits`. Fault::corrupt unless 2, 4 or 8.
std::int64_t packed_bits(const AttributeReader& a);
/// Attribute `block_size`. Fault::corrupt unless a power of two that is at least 16.
std::int64_t packed_block_size(const AttributeReader& a);
/// A size given as attribute. Fault::corrupt below 1 or above 2^40.
std::int64_t packed_size(const AttributeReader& a, std::string_view name);

/// Shape of A B for A [.., inner] and B [inner, outer]; nullopt when the rank of A is unknown.
std::optional<SymShape> packed_product_shape(const ShapeContext& c, std::int64_t inner,
                                             std::int64_t outer);
Cost packed_product_cost(const ShapeContext& c, std::int64_t inner);

}  // namespace pare::ops
