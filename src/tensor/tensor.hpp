#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "numerics/dtype.hpp"
#include "numerics/float16.hpp"

namespace pare {

/// Sizes of the dimensions, outermost first; empty = a scalar.
using Shape = std::vector<std::int64_t>;

inline constexpr std::size_t kMaxRank = 64;

/// Product of the sizes, checked. Errors: Fault::corrupt for a negative size or overflow.
std::int64_t element_count(const Shape& shape);
/// "[1,3,224,224]".
std::string to_string(const Shape& shape);
/// Bytes that `count` values of `type` occupy (string: 0).
std::size_t byte_size(DType type, std::int64_t count);

/// Storage element types for sub-byte and 8-bit floats are raw bytes.
template <class T>
struct ElementOf;
#define PARE_ELEMENT(T, K)                              \
  template <>                                           \
  struct ElementOf<T> {                                 \
    static constexpr ElementKind kind = ElementKind::K; \
  }
PARE_ELEMENT(float, f32);
PARE_ELEMENT(double, f64);
PARE_ELEMENT(F16, f16);
PARE_ELEMENT(BF16, bf16);
PARE_ELEMENT(std::int8_t, i8);
PARE_ELEMENT(std::uint8_t, u8);
PARE_ELEMENT(std::int16_t, i16);
PARE_ELEMENT(std::uint16_t, u16);
PARE_ELEMENT(std::int32_t, i32);
PARE_ELEMENT(std::uint32_t, u32);
PARE_ELEMENT(std::int64_t, i64);
PARE_ELEMENT(std::uint64_t, u64);
PARE_ELEMENT(bool, boolean);
PARE_ELEMENT(std::string, string);
#undef PARE_ELEMENT

/// A dense row-major array of one number format over shared storage. Copying shares the storage;
/// `mutable_*` may only be used by who made the tensor, before sharing it. Sub-byte formats are
/// packed over the flattened tensor, first element in the low bits (as ONNX).
class Tensor {
 public:
  Tensor() = default;
  /// Zero-filled, 64-byte aligned. Errors: Fault::corrupt for a bad shape, Fault::resource when
  /// memory runs out.
  Tensor(DType type, Shape shape);
  Tensor(ElementKind kind, Shape shape) : Tensor(dtype_of(kind), std::move(shape)) {}
  /// A view of bytes kept alive by `owner` (for example a mapped file). Errors: Fault::corrupt
  /// when bytes.size() is not what type and shape need.
  Tensor(DType type, Shape shape, std::span<const std::byte> bytes,
         std::shared_ptr<const void> owner);
  // Compiled once, as nearly every file copies some; moves are short.
  Tensor(const Tensor& other);
  Tensor(Tensor&& other) noexcept = default;
  Tensor& operator=(const Tensor& other);
  Tensor& operator=(Tensor&& other) noexcept = default;
  ~Tensor();

  template <class T>
  static Tensor of(Shape shape, const std::vector<T>& values) {
    Tensor t(ElementOf<T>::kind, std::move(shape));
    require(t.size() == static_cast<std::int64_t>(values.size()), "Tensor::of: wrong count");
    const auto out = t.mutable_data<T>();
    for (std::size_t i = 0; i < values.size(); ++i) out[i] = values[i];
    return t;
  }
  template <class T>
  static Tensor scalar(T value) {
    return of<T>({}, std::vector<T>{value});
  }

  [[nodiscard]] bool valid() const noexcept { return type_.valid(); }
  [[nodiscard]] DType type() const noexcept { return type_; }
  [[nodiscard]] ElementKind kind() const noexcept { return type_.kind(); }
  [[nodiscard]] const Shape& shape() const noexcept { return shape_; }
  [[nodiscard]] std::size_t rank() const noexcept { return shape_.size(); }
  [[nodiscard]] std::int64_t dim(std::size_t i) const { return shape_.at(i); }
  [[nodiscard]] std::int64_t size() const noexcept { return count_; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }

  /// Raw bytes (empty for strings).
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_bytes_}; }
  [[nodiscard]] std::span<std::byte> mutable_bytes();

  /// Typed view; Fault::internal when T is not the element type.
  template <class T>
  [[nodiscard]] std::span<const T> data() const {
    check_kind(ElementOf<T>::kind);
    return {static_cast<const T*>(raw()), static_cast<std::size_t>(count_)};
  }
  template <class T>
  [[nodiscard]] std::span<T> mutable_data() {
    check_kind(ElementOf<T>::kind);
    return {static_cast<T*>(mutable_raw()), static_cast<std::size_t>(count_)};
  }
  /// First element of a one-element tensor. Fault::corrupt when it has another count.
  template <class T>
  [[nodiscard]] T item() const {
    if (count_ != 1) throw Error(Fault::corrupt, cat("want one value, got ", to_string(shape_)));
    return data<T>()[0];
  }

  /// Same storage under another shape of equal element count.
  [[nodiscard]] Tensor reshaped(Shape shape) const;
  /// Own copy of the bytes.
  [[nodiscard]] Tensor clone() const;
  /// Values as float (decoded) / as int64 / as double; any numeric type. Fault::unsupported for
  /// text.
  [[nodiscard]] std::vector<float> to_floats() const;
  [[nodiscard]] std::vector<double> to_doubles() const;
  [[nodiscard]] std::vector<std::int64_t> to_ints() const;
  /// Converted to `type` (nearest even, saturating for integers and 8-bit floats).
  [[nodiscard]] Tensor cast(DType type) const;

 private:
  void check_kind(ElementKind kind) const;
  [[nodiscard]] const void* raw() const noexcept;
  [[nodiscard]] void* mutable_raw();

  DType type_;
  Shape shape_;
  std::int64_t count_ = 0;
  const std::byte* data_ = nullptr;
  std::size_t size_bytes_ = 0;
  std::shared_ptr<const void> owner_;
  std::shared_ptr<std::vector<std::string>> text_;
  bool writable_ = false;
};

/// Equal type, shape and bytes (or strings).
bool identical(const Tensor& a, const Tensor& b);

/// Row-major strides in elements.
Shape strides_of(const Shape& shape);
/// Shape of a and b under multidirectional broadcasting. Fault::corrupt when they do not fit.
Shape broadcast_shapes(const Shape& a, const Shape& b);

}  // namespace pare
