#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>

namespace pare::safetensors_bytes {

/// A file put together by hand: length of the header, header, data.
inline std::string file(const std::string& header, const std::string& data) {
  const std::uint64_t n = header.size();
  std::string out(sizeof n, '\0');
  std::memcpy(out.data(), &n, sizeof n);
  return out + header + data;
}

inline std::span<const std::byte> span_of(const std::string& bytes) {
  return std::as_bytes(std::span(bytes.data(), bytes.size()));
}

}  // namespace pare::safetensors_bytes
