#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>

namespace pare {

static_assert(std::endian::native == std::endian::little, "pare reads mapped little-endian data");

/// Loads a trivially copyable little-endian value from the front of `bytes` (size checked by the
/// caller through the type of span or by Cursor).
template <class T>
[[nodiscard]] T load_le(std::span<const std::byte> bytes) noexcept {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

/// Stores `value` little-endian at the front of `out`.
template <class T>
void store_le(std::span<std::byte> out, T value) noexcept {
  static_assert(std::is_trivially_copyable_v<T>);
  std::memcpy(out.data(), &value, sizeof(T));
}

/// Bounds-checked reader over untrusted bytes. Every read that would pass the end throws
/// Fault::corrupt saying what was wanted, where, and what was there.
class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> all) noexcept : all_(all) {}

  [[nodiscard]] std::uint64_t at() const noexcept { return at_; }
  [[nodiscard]] std::uint64_t left() const noexcept { return all_.size() - at_; }
  [[nodiscard]] bool done() const noexcept { return left() == 0; }

  /// The next `n` bytes, and moves past them.
  std::span<const std::byte> take(std::uint64_t n);
  /// Moves to absolute position `at`.
  void seek(std::uint64_t at);
  /// The next `sizeof(T)` bytes as a little-endian value.
  template <class T>
  T read() {
    return load_le<T>(take(sizeof(T)));
  }
  /// The next `n` bytes as text.
  std::string text(std::uint64_t n);
  /// Checks a count read from the file against the bytes left: returns it when `claimed` items of
  /// at least `least_bytes_each` can still follow, so that allocations stay proportional to the
  /// file.
  [[nodiscard]] std::size_t count(std::uint64_t claimed, std::size_t least_bytes_each) const;

 private:
  std::span<const std::byte> all_;
  std::uint64_t at_ = 0;
};

}  // namespace pare
