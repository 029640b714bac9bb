#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cursor.hpp"

namespace pare::gguf {

/// Types of metadata by their numbers in the file.
enum class ValueType : std::uint32_t {
  u8 = 0,
  i8 = 1,
  u16 = 2,
  i16 = 3,
  u32 = 4,
  i32 = 5,
  f32 = 6,
  boolean = 7,
  text = 8,
  array = 9,
  u64 = 10,
  i64 = 11,
  f64 = 12,
};

/// "u8", "text" ... Errors: Fault::unsupported for a number outside the list.
std::string_view name_of(ValueType type);

/// Arrays of arrays of ... may be that deep.
inline constexpr int kMostArrayDepth = 8;

template <class T>
[[nodiscard]] constexpr ValueType value_type_of() {
  if constexpr (std::is_same_v<T, bool>) return ValueType::boolean;
  if constexpr (std::is_same_v<T, std::uint8_t>) return ValueType::u8;
  if constexpr (std::is_same_v<T, std::int8_t>) return ValueType::i8;
  if constexpr (std::is_same_v<T, std::uint16_t>) return ValueType::u16;
  if constexpr (std::is_same_v<T, std::int16_t>) return ValueType::i16;
  if constexpr (std::is_same_v<T, std::uint32_t>) return ValueType::u32;
  if constexpr (std::is_same_v<T, std::int32_t>) return ValueType::i32;
  if constexpr (std::is_same_v<T, std::uint64_t>) return ValueType::u64;
  if constexpr (std::is_same_v<T, std::int64_t>) return ValueType::i64;
  if constexpr (std::is_same_v<T, float>) return ValueType::f32;
  if constexpr (std::is_same_v<T, double>) return ValueType::f64;
}

/// One value of the metadata. Its bytes stay where they are (in the mapped file), so a vocabulary
/// of a million words costs nothing before somebody asks for it. Copying shares the bytes.
class Value {
 public:
  Value() = default;

  template <class T>
  [[nodiscard]] static Value number(T x) {
    return numbers_of(value_type_of<T>(), std::as_bytes(std::span<const T>(&x, 1)), false);
  }
  template <class T>
  [[nodiscard]] static Value numbers(const std::vector<T>& x) {
    return numbers_of(value_type_of<T>(), std::as_bytes(std::span<const T>(x)), true);
  }
  [[nodiscard]] static Value text(std::string_view x);
  [[nodiscard]] static Value texts(const std::vector<std::string>& x);
  /// An array of arrays. Errors: Fault::usage when one of them is none.
  [[nodiscard]] static Value arrays(const std::vector<Value>& x);

  /// Reads a value of that type and checks all of it: lengths against the bytes left, truth values,
  /// types and depth of nested arrays. Errors: Fault::corrupt with the position, Fault::unsupported
  /// for an unknown type.
  static Value parse(Cursor& in, ValueType type, const std::shared_ptr<const void>& owner);

  [[nodiscard]] ValueType type() const noexcept { return type_; }
  /// Of an array: the type of its elements.
  [[nodiscard]] ValueType element() const noexcept { return element_; }
  /// Elements of an array; 1 for everything else.
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// A number, the characters of a text, or the elements of an array one behind the other, as in
  /// the file.
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }
  /// "u32", "array of text".
  [[nodiscard]] std::string type_text() const;

  /// Errors of these: Fault::corrupt saying which type was wanted and which is there.
  [[nodiscard]] std::uint64_t to_unsigned() const;  ///< any integer that is not negative
  [[nodiscard]] std::int64_t to_signed() const;     ///< any integer that fits
  [[nodiscard]] double to_real() const;             ///< any number
  [[nodiscard]] bool to_bool() const;
  [[nodiscard]] std::string to_text() const;
  /// The first elements of an array, at most that many.
  [[nodiscard]] std::vector<Value> items(std::uint64_t most = UINT64_MAX) const;
  [[nodiscard]] std::vector<std::string> to_texts() const;
  [[nodiscard]] std::vector<double> to_reals() const;
  [[nodiscard]] std::vector<std::int64_t> to_integers() const;

  /// Appends type and value as a file has them.
  void append_to(std::string& out) const;

 private:
  static Value numbers_of(ValueType type, std::span<const std::byte> bytes, bool array);
  static Value owned(ValueType type, ValueType element, std::uint64_t count, std::string bytes);
  void append_payload(std::string& out) const;
  void want(bool ok, std::string_view what) const;

  ValueType type_ = ValueType::u8;
  ValueType element_ = ValueType::u8;
  std::uint64_t count_ = 1;
  std::span<const std::byte> bytes_;
  std::shared_ptr<const void> owner_;
};

/// Equal types and equal bytes.
bool identical(const Value& a, const Value& b);

}  // namespace pare::gguf
