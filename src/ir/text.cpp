#include "ir/text.hpp"

#include <array>
#include <charconv>
#include <cstring>

#include "ir/text_syntax.hpp"

namespace pare {
namespace {

std::string in_quotes(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string name_text(std::string_view name) {
  return text_syntax::is_plain_name(name) ? std::string(name) : in_quotes(name);
}

template <class T>
std::string number_text(T value) {
  std::array<char, 64> room{};
  const auto end = std::to_chars(room.data(), room.data() + room.size(), value).ptr;
  return {room.data(), end};
}

/// As number_text, but never mistaken for an integer.
std::string real_text(float value) {
  std::string out = number_text(value);
  if (out.find_first_of(".en") == std::string::npos) out += ".0";
  return out;
}

std::string dim_text(const Dim& dim) {
  const std::string text = dim.text();
  return text_syntax::is_plain_dim(text) ? text : in_quotes(text);
}

std::string type_text(const ValueType& type) {
  switch (type.kind) {
    case ValueType::Kind::tensor: {
      if (!type.shape) return cat(type.dtype.name(), "[...]");
      std::string out = cat(type.dtype.name(), "[");
      for (std::size_t i = 0; i < type.shape->size(); ++i) {
        out += (i > 0 ? "," : "") + dim_text((*type.shape)[i]);
      }
      return out + "]";
    }
    case ValueType::Kind::sequence:
      return cat("seq(", type.element ? type_text(*type.element) : "?", ")");
    case ValueType::Kind::optional:
      return cat("optional(", type.element ? type_text(*type.element) : "?", ")");
    case ValueType::Kind::map:
      return cat("map(", type.key.name(), ",", type.element ? type_text(*type.element) : "?", ")");
  }
  return "?";
}

template <class T, class Fn>
std::string list_text(const T& items, Fn&& fn) {
  std::string out = "[";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ", ";
    out += fn(items[i]);
  }
  return out + "]";
}

std::string bytes_text(std::span<const std::byte> bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "bytes(";
  for (const std::byte b : bytes) {
    out += kHex[static_cast<unsigned>(b) >> 4U];
    out += kHex[static_cast<unsigned>(b) & 15U];
  }
  return out + ")";
}

std::string values_text(const Tensor& t, std::size_t most) {
  if (static_cast<std::size_t>(t.size()) > most) return "...";
  switch (t.kind()) {
    case ElementKind::string: return list_text(t.data<std::string>(), in_quotes);
    case ElementKind::u64: return list_text(t.data<std::uint64_t>(), number_text<std::uint64_t>);
    case ElementKind::f64: return list_text(t.data<double>(), number_text<double>);
    case ElementKind::f32:
    case ElementKind::f16:
    case ElementKind::bf16: return list_text(t.to_floats(), number_text<float>);
    case ElementKind::boolean:
    case ElementKind::i8:
    case ElementKind::u8:
    case ElementKind::i16:
    case ElementKind::u16:
    case ElementKind::i32:
    case ElementKind::u32:
    case ElementKind::i64: return list_text(t.to_ints(), number_text<std::int64_t>);
    default: return bytes_text(t.bytes());
  }
}

std::string tensor_type_text(const Tensor& t) {
  return t.valid() ? cat(t.type().name(), to_string(t.shape())) : std::string("undefined[]");
}

class Printer {
 public:
  explicit Printer(const PrintOptions& options) : options_(options) {}

  void graph(const Graph& g, const std::string& indent) {
    if (!g.name().empty()) out_ += cat(indent, "name ", in_quotes(g.name()), "\n");
    for (const Value* v : g.inputs()) {
      out_ += cat(indent, "input ", name_text(v->name()), ": ", type_text(v->type()), "\n");
    }
    for (const Value* v : g.constants()) {
      out_ += cat(indent, "const ", name_text(v->name()), ": ", tensor_type_text(v->constant()),
                  " = ", values_text(v->constant(), options_.most_values), "\n");
    }
    for (const Node* node : g.nodes()) print(*node, indent);
    for (const Value* v : g.outputs()) out_ += cat(indent, "output ", name_text(v->name()), "\n");
  }

  std::string take() { return std::move(out_); }

 private:
  void print(const Node& node, const std::string& indent) {
    out_ += indent;
    for (std::size_t i = 0; i < node.outputs().size(); ++i) {
      const Value* v = node.output(i);
      if (i > 0) out_ += ", ";
      out_ += v == nullptr ? std::string("_") : name_text(v->name());
      const bool known = v != nullptr && (v->dtype().valid() || v->type().shape ||
                                          v->type().kind != ValueType::Kind::tensor);
      if (options_.types && known) out_ += cat(": ", type_text(v->type()));
    }
    if (!node.outputs().empty()) out_ += " = ";
    if (!node.domain().empty()) out_ += cat(name_text(node.domain()), "::");
    out_ += cat(name_text(node.op()), "(");
    for (std::size_t i = 0; i < node.inputs().size(); ++i) {
      const Value* v = node.input(i);
      out_ += cat(i > 0 ? ", " : "", v == nullptr ? std::string("_") : name_text(v->name()));
    }
    out_ += ")";
    if (!node.attributes().empty()) {
      out_ += " {";
      bool first = true;
      for (const auto& [name, value] : node.attributes()) {
        out_ += cat(first ? "" : ", ", name_text(name), " = ");
        first = false;
        attribute(value, indent);
      }
      out_ += "}";
    }
    if (!node.name().empty()) out_ += cat(" @", name_text(node.name()));
    out_ += "\n";
  }

  void body(const std::shared_ptr<Graph>& g, const std::string& indent) {
    out_ += "graph {\n";
    if (g != nullptr) graph(*g, indent + "  ");
    out_ += indent + "}";
  }

  [[nodiscard]] std::string tensor(const Tensor& t) const {
    return cat("tensor(", tensor_type_text(t), ", ",
               t.valid() ? values_text(t, options_.most_values) : std::string("[]"), ")");
  }

  void attribute(const Attribute& a, const std::string& indent) {
    if (const auto* i = std::get_if<std::int64_t>(&a)) {
      out_ += number_text(*i);
    } else if (const auto* f = std::get_if<float>(&a)) {
      out_ += real_text(*f);
    } else if (const auto* s = std::get_if<std::string>(&a)) {
      out_ += in_quotes(*s);
    } else if (const auto* t = std::get_if<Tensor>(&a)) {
      out_ += tensor(*t);
    } else if (const auto* g = std::get_if<std::shared_ptr<Graph>>(&a)) {
      body(*g, indent);
    } else if (const auto* type = std::get_if<ValueType>(&a)) {
      out_ += cat("type(", type_text(*type), ")");
    } else {
      list(a, indent);
    }
  }

  void list(const Attribute& a, const std::string& indent) {
    if (const auto* ints = std::get_if<std::vector<std::int64_t>>(&a)) {
      out_ += (ints->empty() ? "ints" : "") + list_text(*ints, number_text<std::int64_t>);
    } else if (const auto* reals = std::get_if<std::vector<float>>(&a)) {
      out_ += (reals->empty() ? "floats" : "") + list_text(*reals, real_text);
    } else if (const auto* texts = std::get_if<std::vector<std::string>>(&a)) {
      out_ += (texts->empty() ? "texts" : "") + list_text(*texts, in_quotes);
    } else if (const auto* tensors = std::get_if<std::vector<Tensor>>(&a)) {
      out_ += "tensors" + list_text(*tensors, [&](const Tensor& t) { return tensor(t); });
    } else {
      const auto& graphs = std::get<std::vector<std::shared_ptr<Graph>>>(a);
      out_ += "graphs[";
      for (std::size_t i = 0; i < graphs.size(); ++i) {
        if (i > 0) out_ += ", ";
        body(graphs[i], indent);
      }
      out_ += "]";
    }
  }

  PrintOptions options_;
  std::string out_;
};

}  // namespace

std::string print_graph(const Graph& graph, const PrintOptions& options) {
  Printer printer(options);
  printer.graph(graph, "");
  return printer.take();
}

}  // namespace pare
