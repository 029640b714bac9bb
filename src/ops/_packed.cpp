#include "ops/_packed.hpp"

#include "ops/_numbers.hpp"

namespace pare::ops {

std::int64_t packed_bits(const AttributeReader& a) {
  const std::int64_t bits = a.attr_int("bits");
  if (bits != 2 && bits != 4 && bits != 8) a.fail(cat("bits is ", bits, ", wanted 2, 4 or 8"));
  return bits;
}

std::int64_t packed_block_size(const AttributeReader& a) {
  constexpr std::int64_t kLeast = 16;
  const std::int64_t size = packed_size(a, "block_size");
  if (size < kLeast || (size & (size - 1)) != 0) {
    a.fail(cat("block_size is ", size, ", wanted a power of two from ", kLeast, " on"));
  }
  return size;
}

std::int64_t packed_size(const AttributeReader& a, std::string_view name) {
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  const std::int64_t size = a.attr_int(name);
  if (size < 1 || size > kMost) a.fail(cat(name, " is ", size));
  return size;
}

std::optional<SymShape> packed_product_shape(const ShapeContext& c, std::int64_t inner,
                                             std::int64_t outer) {
  const SymShape* a = c.input_shape(0);
  if (a == nullptr) return std::nullopt;
  if (a->empty()) c.fail("A is a scalar");
  want_equal(c, a->back(), inner, "the last size of A");
  SymShape y = *a;
  y.back() = outer;
  return y;
}

Cost packed_product_cost(const ShapeContext& c, std::int64_t inner) {
  const double macs = value_count(c.output(0).type) * static_cast<double>(inner);
  return {.macs = macs, .flops = 2 * macs, .bytes = traffic_bytes(c)};
}

}  // namespace pare::ops
