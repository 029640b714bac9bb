#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace pare::gguf_bytes {

/// GGUF files put together by hand from the published layout, so that readers and writers are
/// judged by something that shares no code with them.
template <class T>
std::string le(T value) {
  std::string out(sizeof(T), '\0');
  std::memcpy(out.data(), &value, sizeof(T));
  return out;
}

inline std::string text(const std::string& t) {
  return le(static_cast<std::uint64_t>(t.size())) + t;
}

/// Numbers of the types: 0 u8, 1 i8, 2 u16, 3 i16, 4 u32, 5 i32, 6 f32, 7 bool, 8 text, 9 array,
/// 10 u64, 11 i64, 12 f64.
inline std::string entry(const std::string& key, std::uint32_t type, const std::string& payload) {
  return text(key) + le(type) + payload;
}

inline std::string array(std::uint32_t element, std::uint64_t count, const std::string& payload) {
  return le(element) + le(count) + payload;
}

/// `ne`: innermost dimension first.
inline std::string tensor(const std::string& name, const std::vector<std::int64_t>& ne,
                          std::uint32_t type, std::uint64_t offset) {
  std::string out = text(name) + le(static_cast<std::uint32_t>(ne.size()));
  for (const std::int64_t n : ne) out += le(n);
  return out + le(type) + le(offset);
}

struct File {
  std::string magic = "GGUF";
  std::uint32_t version = 3;
  std::vector<std::string> entries;
  std::vector<std::string> tensors;
  std::string data;
  std::size_t alignment = 32;

  [[nodiscard]] std::string head() const {
    std::string out = magic + le(version) + le(static_cast<std::uint64_t>(tensors.size())) +
                      le(static_cast<std::uint64_t>(entries.size()));
    for (const std::string& e : entries) out += e;
    for (const std::string& t : tensors) out += t;
    return out;
  }
  [[nodiscard]] std::string bytes() const {
    std::string out = head();
    while (out.size() % alignment != 0) out += '\0';
    return out + data;
  }
};

inline std::span<const std::byte> span_of(const std::string& bytes) {
  return std::as_bytes(std::span(bytes.data(), bytes.size()));
}

/// `n` bytes that differ.
inline std::string pattern(std::size_t n, unsigned first = 1) {
  std::string out(n, '\0');
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<char>(first + 7 * i);
  return out;
}

/// Metadata of every type, three tensors: float32 [2,3], Q4_0 [1,64], int8 [5].
inline File small_file() {
  File f;
  f.entries = {
      entry("general.architecture", 8, text("llama")),
      entry("a.u8", 0, le(std::uint8_t{200})),
      entry("a.i8", 1, le(std::int8_t{-100})),
      entry("a.u16", 2, le(std::uint16_t{60000})),
      entry("a.i16", 3, le(std::int16_t{-30000})),
      entry("a.u32", 4, le(std::uint32_t{4000000000U})),
      entry("a.i32", 5, le(std::int32_t{-2000000000})),
      entry("a.f32", 6, le(0.1F)),
      entry("a.bool", 7, le(std::uint8_t{1})),
      entry("a.u64", 10, le(std::uint64_t{18000000000000000000U})),
      entry("a.i64", 11, le(std::int64_t{-9000000000000000000})),
      entry("a.f64", 12, le(0.1)),
      entry("words", 9, array(8, 3, text("a") + text("") + text("\xC3\xA9"))),
      entry("numbers", 9, array(5, 2, le(std::int32_t{-7}) + le(std::int32_t{8}))),
      entry("nested", 9, array(9, 2, array(0, 1, le(std::uint8_t{9})) + array(8, 1, text("x"))))};
  f.tensors = {tensor("floats", {3, 2}, 0, 0), tensor("blocks.weight", {64, 1}, 2, 32),
               tensor("bytes", {5}, 24, 96)};
  f.data = pattern(24) + std::string(8, '\0') + pattern(36, 50) + std::string(28, '\0') +
           pattern(5, 90) + std::string(27, '\0');
  return f;
}

}  // namespace pare::gguf_bytes
