#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

/// Writes small ONNX files by ONNX's published protobuf field numbers, sharing no code with pare's
/// own reader and writer.
namespace pare::tiny {

inline std::string varint(std::uint64_t n) {
  std::string out;
  while (n >= 128) {
    out += static_cast<char>(n % 128 + 128);
    n /= 128;
  }
  out += static_cast<char>(n);
  return out;
}
inline std::string number(int field, std::int64_t value) {
  return varint(static_cast<std::uint64_t>(field) << 3U) +
         varint(static_cast<std::uint64_t>(value));
}
inline std::string bytes(int field, const std::string& body) {
  return varint((static_cast<std::uint64_t>(field) << 3U) | 2U) + varint(body.size()) + body;
}

/// A size, or the name of one.
struct Size {
  std::int64_t number = 0;
  std::string name;
  Size(std::int64_t n) : number(n) {}         // NOLINT: sizes are numbers
  Size(const char* symbol) : name(symbol) {}  // NOLINT: or names
};

inline std::string value_info(const std::string& name, int type, const std::vector<Size>& shape) {
  std::string dims;
  for (const Size& s : shape) {
    dims += bytes(1, s.name.empty() ? number(1, s.number) : bytes(2, s.name));
  }
  return bytes(1, name) + bytes(2, bytes(1, number(1, type) + bytes(2, dims)));
}

inline std::string tensor(const std::string& name, int type, const std::vector<std::int64_t>& dims,
                          const std::string& raw) {
  std::string out;
  for (const std::int64_t d : dims) out += number(1, d);
  return out + number(2, type) + bytes(8, name) + bytes(9, raw);
}

template <class T>
std::string raw(const std::vector<T>& values) {
  return {static_cast<const char*>(static_cast<const void*>(values.data())),
          values.size() * sizeof(T)};
}

inline std::string int_attribute(const std::string& name, std::int64_t value) {
  return bytes(1, name) + number(3, value) + number(20, 2);
}
inline std::string ints_attribute(const std::string& name, const std::vector<std::int64_t>& v) {
  std::string out = bytes(1, name);
  for (const std::int64_t i : v) out += number(8, i);
  return out + number(20, 7);
}

inline std::string node(const std::string& op, const std::vector<std::string>& inputs,
                        const std::vector<std::string>& outputs,
                        const std::vector<std::string>& attributes = {}) {
  std::string out;
  for (const std::string& i : inputs) out += bytes(1, i);
  for (const std::string& o : outputs) out += bytes(2, o);
  out += bytes(3, outputs.at(0) + "_node") + bytes(4, op);
  for (const std::string& a : attributes) out += bytes(5, a);
  return out;
}

struct File {
  std::vector<std::string> nodes;
  std::vector<std::string> constants;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::int64_t opset = 17;
  std::int64_t ir_version = 8;

  [[nodiscard]] std::string text() const {
    std::string graph;
    for (const std::string& n : nodes) graph += bytes(1, n);
    graph += bytes(2, "tiny");
    for (const std::string& c : constants) graph += bytes(5, c);
    for (const std::string& i : inputs) graph += bytes(11, i);
    for (const std::string& o : outputs) graph += bytes(12, o);
    return number(1, ir_version) + bytes(7, graph) + bytes(8, bytes(1, "") + number(2, opset));
  }
  void write(const std::filesystem::path& path) const {
    std::ofstream(path, std::ios::binary) << text();
  }
};

}  // namespace pare::tiny
