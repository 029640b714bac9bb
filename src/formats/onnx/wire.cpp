#include "formats/onnx/wire.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace pare::onnx {
namespace {

constexpr int kDeepest = 100;

enum class Message : std::uint8_t {
  none,
  model,
  graph,
  node,
  attribute,
  tensor,
  sparse_tensor,
  value_info,
  type,
  tensor_type,
  element_type,  // of a sequence, map or optional
  shape,
  function,
  other,  // has no messages inside that matter
};

/// A field that holds a message, or numbers that grow when they are decoded.
struct Field {
  Message in;
  std::uint32_t number;
  Message holds = Message::none;
  std::uint32_t growth = 1;  ///< decoded bytes for each encoded one
  std::string_view name;
};

constexpr std::array kFields = {
    Field{Message::model, 7, Message::graph, 1, "graph"},
    Field{Message::model, 8, Message::other, 1, "opset_import"},
    Field{Message::model, 14, Message::other, 1, "metadata_props"},
    Field{Message::model, 25, Message::function, 1, "functions"},
    Field{Message::function, 7, Message::node, 1, "node"},
    Field{Message::function, 9, Message::other, 1, "opset_import"},
    Field{Message::function, 11, Message::attribute, 1, "attribute_proto"},
    Field{Message::function, 12, Message::value_info, 1, "value_info"},
    Field{Message::function, 14, Message::other, 1, "metadata_props"},
    Field{Message::graph, 1, Message::node, 1, "node"},
    Field{Message::graph, 5, Message::tensor, 1, "initializer"},
    Field{Message::graph, 11, Message::value_info, 1, "input"},
    Field{Message::graph, 12, Message::value_info, 1, "output"},
    Field{Message::graph, 13, Message::value_info, 1, "value_info"},
    Field{Message::graph, 14, Message::other, 1, "quantization_annotation"},
    Field{Message::graph, 15, Message::sparse_tensor, 1, "sparse_initializer"},
    Field{Message::graph, 16, Message::other, 1, "metadata_props"},
    Field{Message::node, 5, Message::attribute, 1, "attribute"},
    Field{Message::node, 9, Message::other, 1, "metadata_props"},
    Field{Message::attribute, 5, Message::tensor, 1, "t"},
    Field{Message::attribute, 6, Message::graph, 1, "g"},
    Field{Message::attribute, 8, Message::none, 8, "ints"},
    Field{Message::attribute, 10, Message::tensor, 1, "tensors"},
    Field{Message::attribute, 11, Message::graph, 1, "graphs"},
    Field{Message::attribute, 14, Message::type, 1, "tp"},
    Field{Message::attribute, 15, Message::type, 1, "type_protos"},
    Field{Message::attribute, 22, Message::sparse_tensor, 1, "sparse_tensor"},
    Field{Message::attribute, 23, Message::sparse_tensor, 1, "sparse_tensors"},
    Field{Message::tensor, 1, Message::none, 8, "dims"},
    Field{Message::tensor, 5, Message::none, 4, "int32_data"},
    Field{Message::tensor, 7, Message::none, 8, "int64_data"},
    Field{Message::tensor, 11, Message::none, 8, "uint64_data"},
    Field{Message::tensor, 13, Message::other, 1, "external_data"},
    Field{Message::tensor, 16, Message::other, 1, "metadata_props"},
    Field{Message::sparse_tensor, 1, Message::tensor, 1, "values"},
    Field{Message::sparse_tensor, 2, Message::tensor, 1, "indices"},
    Field{Message::value_info, 2, Message::type, 1, "type"},
    Field{Message::type, 1, Message::tensor_type, 1, "tensor_type"},
    Field{Message::type, 4, Message::element_type, 1, "sequence_type"},
    Field{Message::type, 5, Message::element_type, 1, "map_type"},
    Field{Message::type, 8, Message::tensor_type, 1, "sparse_tensor_type"},
    Field{Message::type, 9, Message::element_type, 1, "optional_type"},
    Field{Message::tensor_type, 2, Message::shape, 1, "shape"},
    Field{Message::element_type, 1, Message::type, 1, "elem_type"},
    Field{Message::element_type, 2, Message::type, 1, "value_type"},
    Field{Message::shape, 1, Message::other, 1, "dim"},
};

const Field* find_field(Message in, std::uint32_t number) noexcept {
  const auto* it = std::find_if(kFields.begin(), kFields.end(),
                                [&](const Field& f) { return f.in == in && f.number == number; });
  return it == kFields.end() ? nullptr : it;
}

class Scanner {
 public:
  explicit Scanner(std::span<const std::byte> all) noexcept : all_(all) {}

  void message(Message kind, std::uint64_t end, int depth) {
    if (depth > kDeepest) {
      throw Error(Fault::corrupt, cat("messages nest more than ", kDeepest, " deep at byte ", at_));
    }
    facts_.memory_bytes += kMessageBytes;
    if (kind == Message::node) ++facts_.nodes;
    while (at_ < end) field(kind, end, depth);
  }

  [[nodiscard]] const WireFacts& facts() const noexcept { return facts_; }

 private:
  // What an empty decoded message, and one more element of a repeated field, take about.
  static constexpr std::uint64_t kMessageBytes = 160;
  static constexpr std::uint64_t kElementBytes = 16;
  static constexpr std::uint64_t kStringBytes = 48;

  void field(Message kind, std::uint64_t end, int depth) {
    const std::uint64_t start = at_;
    const std::uint64_t tag = varint(end);
    const auto number = static_cast<std::uint32_t>(tag >> 3U);
    if (number == 0 || tag > 0xFFFFFFFFU) {
      throw Error(Fault::corrupt, cat("byte ", start, " begins no field"));
    }
    facts_.memory_bytes += kElementBytes;
    switch (tag & 7U) {
      case 0: varint(end); return;
      case 1: skip(8, end); return;
      case 2: break;
      case 5: skip(4, end); return;
      default:
        throw Error(Fault::corrupt,
                    cat("byte ", start, " begins a field of unknown kind ", tag & 7U));
    }
    const std::uint64_t length = varint(end);
    const Field* known = find_field(kind, number);
    if (known == nullptr || known->holds == Message::none) {
      facts_.memory_bytes += kStringBytes + length * (known == nullptr ? 1 : known->growth);
      skip(length, end);
      return;
    }
    during([&] { return cat("reading ", known->name, " at byte ", start); },
           [&] {
             want(length, end);
             message(known->holds, at_ + length, depth + 1);
           });
  }

  std::uint64_t varint(std::uint64_t end) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      want(1, end);
      const auto byte = std::to_integer<std::uint64_t>(all_[at_++]);
      value |= (byte & 0x7FU) << shift;
      if (byte < 0x80U) return value;
    }
    throw Error(Fault::corrupt, cat("a number before byte ", at_, " has more than 64 bits"));
  }

  void want(std::uint64_t n, std::uint64_t end) const {
    if (n > end - at_) {
      throw Error(Fault::corrupt, cat("want ", n, " bytes at ", at_, ", got ", end - at_));
    }
  }

  void skip(std::uint64_t n, std::uint64_t end) {
    want(n, end);
    at_ += n;
  }

  std::span<const std::byte> all_;
  std::uint64_t at_ = 0;
  WireFacts facts_;
};

}  // namespace

WireFacts scan_model(std::span<const std::byte> bytes) {
  Scanner scanner(bytes);
  scanner.message(Message::model, bytes.size(), 0);
  return scanner.facts();
}

}  // namespace pare::onnx
