#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pare {

/// Element types of ONNX by their published TensorProto.DataType numbers (a closed list), plus
/// `block` for self-contained block formats, which are told apart by their DtypeInfo.
enum class ElementKind : std::uint8_t {
  undefined = 0,
  f32 = 1,
  u8 = 2,
  i8 = 3,
  u16 = 4,
  i16 = 5,
  i32 = 6,
  i64 = 7,
  string = 8,
  boolean = 9,
  f16 = 10,
  f64 = 11,
  u32 = 12,
  u64 = 13,
  c64 = 14,
  c128 = 15,
  bf16 = 16,
  f8e4m3fn = 17,
  f8e4m3fnuz = 18,
  f8e5m2 = 19,
  f8e5m2fnuz = 20,
  u4 = 21,
  i4 = 22,
  f4e2m1 = 23,
  f8e8m0 = 24,
  u2 = 25,
  i2 = 26,
  block = 255,
};

enum class DtypeClass : std::uint8_t { floating, signed_int, unsigned_int, boolean, complex, text };

/// Describes one number format. `values` values occupy `bytes` bytes (int4: 2 in 1; q4_0: 32 in
/// 18), so bits per value = 8 * bytes / values, scales included.
struct DtypeInfo {
  std::string_view name;
  ElementKind kind = ElementKind::block;
  DtypeClass group = DtypeClass::floating;
  std::size_t values = 1;
  std::size_t bytes = 1;
  double min = 0;           ///< least finite value (scale 1)
  double max = 0;           ///< greatest finite value (scale 1)
  std::string_view source;  ///< paper or specification
  /// Decodes in.size() / bytes blocks; out.size() may be short of the last block. Null: no floats.
  void (*decode)(std::span<const std::byte> in, std::span<float> out) = nullptr;
  /// Encodes by round to nearest even, saturating; pads the last block with zeros.
  void (*encode)(std::span<const float> in, std::span<std::byte> out) = nullptr;
  /// Encodes to one of the two neighbouring values, the nearer one more likely, so that the mean of
  /// many encodings is the value; saturates. Value i of `in` uses the random bits of counter
  /// `first + i` under `seed`, whoever encodes it. Null: the format has no such rounding.
  void (*encode_stochastic)(std::span<const float> in, std::span<std::byte> out, std::uint64_t seed,
                            std::uint64_t first) = nullptr;
  /// Its blocks hold their own scales: values of any size can be encoded as they are.
  bool own_scale = false;
};

/// A number format by reference: cheap to copy, compared by identity.
class DType {
 public:
  constexpr DType() noexcept = default;
  constexpr explicit DType(const DtypeInfo* info) noexcept : info_(info) {}

  [[nodiscard]] constexpr bool valid() const noexcept { return info_ != nullptr; }
  [[nodiscard]] constexpr const DtypeInfo& info() const noexcept { return *info_; }
  [[nodiscard]] constexpr ElementKind kind() const noexcept {
    return info_ != nullptr ? info_->kind : ElementKind::undefined;
  }
  [[nodiscard]] constexpr std::string_view name() const noexcept {
    return info_ != nullptr ? info_->name : std::string_view("undefined");
  }
  [[nodiscard]] constexpr bool is_float() const noexcept {
    return info_ != nullptr && info_->group == DtypeClass::floating;
  }
  [[nodiscard]] constexpr bool is_integer() const noexcept {
    return info_ != nullptr &&
           (info_->group == DtypeClass::signed_int || info_->group == DtypeClass::unsigned_int);
  }
  [[nodiscard]] constexpr double bits_per_value() const noexcept {
    return info_ == nullptr
               ? 0
               : 8.0 * static_cast<double>(info_->bytes) / static_cast<double>(info_->values);
  }
  friend constexpr bool operator==(DType, DType) noexcept = default;
  friend constexpr bool operator==(DType a, ElementKind b) noexcept { return a.kind() == b; }

 private:
  const DtypeInfo* info_ = nullptr;
};

/// The format of an ONNX element kind. Fault::unsupported for `undefined` and `block`.
/// Defined in numerics/dtypes/registry.cpp.
DType dtype_of(ElementKind kind);
/// The format of that name ("f32", "int4" ...); invalid DType when there is none.
DType dtype_by_name(std::string_view name) noexcept;
/// All formats, sorted by name.
std::span<const DType> all_dtypes();

}  // namespace pare
