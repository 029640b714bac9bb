#include "tensor/tensor.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>

#include "base/budget.hpp"
#include "base/checked.hpp"
#include "numerics/scalar_codec.hpp"
#include "tensor/visit.hpp"

namespace pare {
namespace {

constexpr std::align_val_t kAlignment{64};
/// No machine has more; allocators that check themselves abort instead of refusing.
constexpr std::size_t kMostBytes = std::size_t{1} << 39;

/// Zeroed, aligned, shared bytes.
std::shared_ptr<std::byte> allocate(std::size_t bytes) {
  const std::size_t room = std::max<std::size_t>(bytes, 1);
  auto* raw = room > kMostBytes
                  ? nullptr
                  : static_cast<std::byte*>(::operator new(room, kAlignment, std::nothrow));
  if (raw == nullptr) throw Error(Fault::resource, cat("no memory for ", bytes, " bytes"));
  std::memset(raw, 0, room);
  return {raw, [](std::byte* p) { ::operator delete(p, kAlignment); }};
}

bool has_scalar_arithmetic(ElementKind kind) {
  switch (kind) {
    case ElementKind::f32:
    case ElementKind::f64:
    case ElementKind::f16:
    case ElementKind::bf16:
    case ElementKind::i8:
    case ElementKind::u8:
    case ElementKind::i16:
    case ElementKind::u16:
    case ElementKind::i32:
    case ElementKind::u32:
    case ElementKind::i64:
    case ElementKind::u64:
    case ElementKind::boolean: return true;
    default: return false;
  }
}

template <class To, class From>
To convert_one(From value) {
  if constexpr (std::is_same_v<To, bool>) {
    return value != From{};
  } else if constexpr (std::is_integral_v<To> && std::is_integral_v<From>) {
    if (std::in_range<To>(value)) return static_cast<To>(value);
    return value < From{} ? std::numeric_limits<To>::min() : std::numeric_limits<To>::max();
  } else if constexpr (std::is_integral_v<To>) {
    return round_to_integer<To>(static_cast<double>(value));
  } else {
    return static_cast<To>(value);
  }
}

/// in_range() takes no bool.
inline int plain(bool b) { return b ? 1 : 0; }
template <class T>
T plain(T x) {
  return x;
}

template <class To, class From>
void convert_all(std::span<const From> in, std::span<To> out) {
  for (std::size_t i = 0; i < in.size(); ++i) {
    const auto value = plain(load_number(in[i]));
    if constexpr (std::is_same_v<To, F16>) {
      out[i] = to_f16(static_cast<double>(value));
    } else if constexpr (std::is_same_v<To, BF16>) {
      out[i] = to_bf16(static_cast<double>(value));
    } else {
      out[i] = convert_one<To>(value);
    }
  }
}

template <class To>
std::vector<To> convert_to_vector(const Tensor& t) {
  std::vector<To> out(static_cast<std::size_t>(t.size()));
  if (has_scalar_arithmetic(t.kind())) {
    visit_number(t.kind(), [&](auto tag) {
      using From = typename decltype(tag)::type;
      convert_all<To, From>(t.data<From>(), out);
    });
    return out;
  }
  if (!t.valid() || t.type().info().decode == nullptr) {
    throw Error(Fault::unsupported, cat("values of type ", t.type().name(), " are not numbers"));
  }
  std::vector<float> decoded(out.size());
  t.type().info().decode(t.bytes(), decoded);
  convert_all<To, float>(decoded, out);
  return out;
}

}  // namespace

std::int64_t element_count(const Shape& shape) {
  if (shape.size() > kMaxRank) {
    throw Error(Fault::corrupt, cat("rank ", shape.size(), " is above ", kMaxRank));
  }
  std::int64_t count = 1;
  for (const std::int64_t d : shape) {
    if (d < 0) throw Error(Fault::corrupt, cat("negative size in shape ", to_string(shape)));
  }
  // The other sizes of an empty tensor are limited too: kernels may walk over rows of nothing.
  for (const std::int64_t d : shape) count = checked_mul(count, std::max<std::int64_t>(d, 1));
  check_elements(count);
  return std::find(shape.begin(), shape.end(), 0) != shape.end() ? 0 : count;
}

std::string to_string(const Shape& shape) {
  std::string out = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) out += cat(i > 0 ? "," : "", shape[i]);
  return out + "]";
}

std::size_t byte_size(DType type, std::int64_t count) {
  if (type == ElementKind::string) return 0;
  const auto values = static_cast<std::int64_t>(type.info().values);
  const std::int64_t blocks = count / values + (count % values != 0 ? 1 : 0);
  return static_cast<std::size_t>(
      checked_mul(blocks, static_cast<std::int64_t>(type.info().bytes)));
}

Tensor::Tensor(const Tensor& other) = default;
Tensor& Tensor::operator=(const Tensor& other) = default;
Tensor::~Tensor() = default;

Tensor::Tensor(DType type, Shape shape) : type_(type), shape_(std::move(shape)) {
  require(type_.valid(), "tensor of undefined element type");
  count_ = element_count(shape_);
  writable_ = true;
  if (kind() == ElementKind::string) {
    text_ = std::make_shared<std::vector<std::string>>(static_cast<std::size_t>(count_));
    return;
  }
  size_bytes_ = byte_size(type_, count_);
  const auto storage = allocate(size_bytes_);
  data_ = storage.get();
  owner_ = storage;
}

Tensor::Tensor(DType type, Shape shape, std::span<const std::byte> bytes,
               std::shared_ptr<const void> owner)
    : type_(type),
      shape_(std::move(shape)),
      data_(bytes.data()),
      size_bytes_(bytes.size()),
      owner_(std::move(owner)) {
  require(type_.valid() && kind() != ElementKind::string, "a view needs a numeric type");
  count_ = element_count(shape_);
  const std::size_t want = byte_size(type_, count_);
  if (want != bytes.size()) {
    throw Error(Fault::corrupt, cat("want ", want, " bytes for ", type_.name(), to_string(shape_),
                                    ", got ", bytes.size()));
  }
}

std::span<std::byte> Tensor::mutable_bytes() {
  return {static_cast<std::byte*>(mutable_raw()), size_bytes_};
}

Tensor Tensor::reshaped(Shape shape) const {
  const std::int64_t count = element_count(shape);
  if (count != count_) {
    throw Error(Fault::corrupt,
                cat("cannot reshape ", to_string(shape_), " to ", to_string(shape)));
  }
  Tensor out = *this;
  out.shape_ = std::move(shape);
  return out;
}

Tensor Tensor::clone() const {
  if (!valid()) return {};
  Tensor out(type_, shape_);
  if (text_) {
    *out.text_ = *text_;
  } else if (size_bytes_ > 0) {
    std::memcpy(out.mutable_raw(), data_, size_bytes_);
  }
  return out;
}

std::vector<float> Tensor::to_floats() const { return convert_to_vector<float>(*this); }
std::vector<double> Tensor::to_doubles() const { return convert_to_vector<double>(*this); }
std::vector<std::int64_t> Tensor::to_ints() const { return convert_to_vector<std::int64_t>(*this); }

Tensor Tensor::cast(DType type) const {
  if (type == type_) return *this;
  Tensor out(type, shape_);
  if (has_scalar_arithmetic(kind()) && has_scalar_arithmetic(type.kind())) {
    visit_number(type.kind(), [&](auto to) {
      using To = typename decltype(to)::type;
      visit_number(kind(), [&](auto from) {
        using From = typename decltype(from)::type;
        convert_all<To, From>(data<From>(), out.mutable_data<To>());
      });
    });
    return out;
  }
  std::vector<float> values = to_floats();
  if (type.info().encode == nullptr) {
    throw Error(Fault::unsupported, cat("cannot convert ", type_.name(), " to ", type.name()));
  }
  if (kind() == ElementKind::f64) {  // the target's rounding must be the only one
    const auto exact = data<double>();
    std::transform(exact.begin(), exact.end(), values.begin(), to_float_odd);
  }
  type.info().encode(values, out.mutable_bytes());
  return out;
}

void Tensor::check_kind(ElementKind wanted) const {
  if (kind() == wanted) return;
  throw Error(Fault::internal,
              cat("tensor of ", type_.name(), " read as ", dtype_of(wanted).name()));
}

const void* Tensor::raw() const noexcept {
  if (text_) return text_->data();
  return data_;
}

void* Tensor::mutable_raw() {
  require(writable_, "a view of foreign bytes cannot be written");
  if (text_) return text_->data();
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): storage this object allocated
  return const_cast<std::byte*>(data_);
}

bool identical(const Tensor& a, const Tensor& b) {
  if (a.type() != b.type() || a.shape() != b.shape()) return false;
  if (!a.valid()) return true;
  if (a.kind() == ElementKind::string) {
    const auto x = a.data<std::string>();
    const auto y = b.data<std::string>();
    return std::equal(x.begin(), x.end(), y.begin(), y.end());
  }
  return a.bytes().empty() ||
         std::memcmp(a.bytes().data(), b.bytes().data(), a.bytes().size()) == 0;
}

Shape strides_of(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) {
    strides[i - 1] = strides[i] * std::max<std::int64_t>(shape[i], 1);
  }
  return strides;
}

Shape broadcast_shapes(const Shape& a, const Shape& b) {
  Shape out(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1) {
      throw Error(Fault::corrupt,
                  cat("shapes ", to_string(a), " and ", to_string(b), " do not broadcast"));
    }
    out[out.size() - 1 - i] = x == 1 ? y : x;
  }
  return out;
}

}  // namespace pare
