#include "formats/container.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/checked.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

constexpr std::size_t kAlignment = 8;

bool is_aligned(const std::byte* at) {
  const void* p = at;
  std::size_t space = 2 * kAlignment;
  void* moved = const_cast<void*>(p);  // NOLINT: std::align only computes
  return std::align(kAlignment, 1, moved, space) == p;
}

}  // namespace

std::uint64_t checked_count(const Shape& shape) {
  std::uint64_t count = 1;
  bool empty = false;
  for (const std::int64_t d : shape) {
    if (d < 0) throw Error(Fault::corrupt, cat("negative size in shape ", to_string(shape)));
    empty = empty || d == 0;
    if (d > 1) count = checked_mul(count, static_cast<std::uint64_t>(d));
  }
  return empty ? 0 : count;
}

std::uint64_t checked_bytes(const StoredType& type, const Shape& shape) {
  const std::uint64_t count = checked_count(shape);
  if (count % type.values != 0) {
    throw Error(Fault::corrupt,
                cat(count, " values of shape ", to_string(shape), " do not fill whole blocks of ",
                    type.values, " of ", type.name));
  }
  return checked_mul(count / type.values, std::uint64_t{type.bytes});
}

Tensor load_tensor(const StoredTensor& tensor, const std::shared_ptr<const void>& owner) {
  const StoredType& type = *tensor.type;
  const auto what = [&] { return cat("loading ", describe(tensor.name, type, tensor.shape)); };
  return during(what, [&] {
    if (!type.dtype.valid()) {
      throw Error(Fault::unsupported,
                  cat("values of type ", type.name, " cannot be decoded by pare"));
    }
    if (type.dtype == ElementKind::boolean) {
      const auto bad = std::find_if(tensor.bytes.begin(), tensor.bytes.end(),
                                    [](std::byte b) { return b > std::byte{1}; });
      if (bad != tensor.bytes.end()) {
        throw Error(Fault::corrupt, cat("truth value ", bad - tensor.bytes.begin(), " is ",
                                        std::to_integer<int>(*bad), "; want 0 or 1"));
      }
    }
    if (is_aligned(tensor.bytes.data())) {
      return Tensor(type.dtype, tensor.shape, tensor.bytes, owner);
    }
    Tensor copy(type.dtype, tensor.shape);
    require(copy.bytes().size() == tensor.bytes.size(), "a stored tensor of another size");
    if (!tensor.bytes.empty()) {
      std::memcpy(copy.mutable_bytes().data(), tensor.bytes.data(), tensor.bytes.size());
    }
    return copy;
  });
}

std::string describe(std::string_view name, const StoredType& type, const Shape& shape) {
  return cat("tensor '", escape_terminal(name, 100), "' ", to_string(shape), " ", type.name);
}

}  // namespace pare
