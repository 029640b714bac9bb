#include "data/idx.hpp"

#include <algorithm>
#include <cstring>

#include "base/checked.hpp"
#include "base/cursor.hpp"

namespace pare {
namespace {

ElementKind element_of(std::uint8_t code) {
  switch (code) {
    case 0x08: return ElementKind::u8;
    case 0x09: return ElementKind::i8;
    case 0x0B: return ElementKind::i16;
    case 0x0C: return ElementKind::i32;
    case 0x0D: return ElementKind::f32;
    case 0x0E: return ElementKind::f64;
    default: throw Error(Fault::corrupt, cat("IDX element type ", static_cast<int>(code)));
  }
}

std::uint32_t big_endian(Cursor& in) {
  std::uint32_t value = 0;
  for (const std::byte b : in.take(4)) value = (value << 8) | std::to_integer<std::uint32_t>(b);
  return value;
}

}  // namespace

Tensor parse_idx(std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
  Cursor in(bytes);
  if (in.read<std::uint16_t>() != 0) {
    throw Error(Fault::corrupt, "not an IDX file (want it to begin with two zero bytes)");
  }
  const DType type = dtype_of(element_of(in.read<std::uint8_t>()));
  Shape shape(in.read<std::uint8_t>());
  for (std::int64_t& size : shape) size = big_endian(in);
  const auto count = static_cast<std::uint64_t>(element_count(shape));
  const std::size_t word = type.info().bytes;
  const std::uint64_t size = checked_mul<std::uint64_t>(count, word);
  if (shape.empty() || size != in.left()) {
    throw Error(Fault::corrupt, cat("IDX array ", to_string(shape), " of ", type.name(), " needs ",
                                    size, " bytes, got ", in.left()));
  }
  const auto data = in.take(size);
  if (word == 1) return {type, std::move(shape), data, std::move(owner)};
  Tensor out(type, std::move(shape));
  const auto target = out.mutable_bytes();
  for (std::size_t at = 0; at < data.size(); at += word) {
    for (std::size_t i = 0; i < word; ++i) target[at + i] = data[at + word - 1 - i];
  }
  return out;
}

}  // namespace pare
