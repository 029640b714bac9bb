#include "conformance/item.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <fstream>
#include <limits>

namespace pare::conformance {
namespace {

constexpr double kRelative = 1e-3;
constexpr double kAbsolute = 1e-7;

[[noreturn]] void corrupt(const schema::TensorProto& proto, const std::string& why) {
  throw Error(Fault::corrupt, cat("tensor '", proto.name(), "': ", why));
}

/// Copies a repeated field into the tensor's bytes, each value as a Stored.
template <class Stored, class Field>
void fill(const schema::TensorProto& proto, const Field& field, Tensor& out) {
  const std::span<std::byte> bytes = out.mutable_bytes();
  if (static_cast<std::size_t>(field.size()) * sizeof(Stored) != bytes.size()) {
    corrupt(proto, cat("has ", field.size(), " values for ", bytes.size(), " bytes"));
  }
  std::size_t at = 0;
  for (const auto value : field) {
    const auto stored = static_cast<Stored>(value);
    std::memcpy(bytes.data() + at, &stored, sizeof(Stored));
    at += sizeof(Stored);
  }
}

void fill_from_fields(const schema::TensorProto& proto, Tensor& out) {
  switch (out.kind()) {
    case ElementKind::f32:
    case ElementKind::c64: return fill<float>(proto, proto.float_data(), out);
    case ElementKind::f64:
    case ElementKind::c128: return fill<double>(proto, proto.double_data(), out);
    case ElementKind::i64: return fill<std::int64_t>(proto, proto.int64_data(), out);
    case ElementKind::u64: return fill<std::uint64_t>(proto, proto.uint64_data(), out);
    case ElementKind::u32: return fill<std::uint32_t>(proto, proto.uint64_data(), out);
    case ElementKind::i32: return fill<std::int32_t>(proto, proto.int32_data(), out);
    case ElementKind::i16:
    case ElementKind::u16:
    case ElementKind::f16:
    case ElementKind::bf16: return fill<std::uint16_t>(proto, proto.int32_data(), out);
    // One byte each; the types below eight bits are packed into bytes already.
    default: return fill<std::uint8_t>(proto, proto.int32_data(), out);
  }
}

template <class Message>
Message parse_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error(Fault::missing, cat("cannot open ", path.string()));
  Message message;
  if (!message.ParseFromIstream(&in)) {
    throw Error(Fault::corrupt, cat(path.string(), " is no ", message.GetTypeName()));
  }
  return message;
}

std::string position(const Tensor& t, std::int64_t flat) {
  Shape at(t.rank());
  for (std::size_t axis = t.rank(); axis-- > 0;) {
    at[axis] = flat % t.dim(axis);
    flat /= t.dim(axis);
  }
  return to_string(at);
}

template <class Part>
std::vector<std::complex<double>> complex_values(const Tensor& t) {
  std::vector<std::complex<double>> out;
  const std::span<const std::byte> bytes = t.bytes();
  for (std::size_t at = 0; at < bytes.size(); at += 2 * sizeof(Part)) {
    std::array<Part, 2> parts{};
    std::memcpy(parts.data(), bytes.data() + at, sizeof(parts));
    out.emplace_back(parts[0], parts[1]);
  }
  return out;
}

std::string complex_difference(const Tensor& want, const Tensor& got) {
  const auto values = [](const Tensor& t) {
    return t.kind() == ElementKind::c64 ? complex_values<float>(t) : complex_values<double>(t);
  };
  const auto w = values(want);
  const auto g = values(got);
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (std::abs(g[i] - w[i]) <= kAbsolute + kRelative * std::abs(w[i])) continue;
    return cat("value at ", position(want, static_cast<std::int64_t>(i)), " differs: want ", w[i],
               ", got ", g[i]);
  }
  return {};
}

std::string number_difference(const Tensor& want, const Tensor& got) {
  if (identical(want, got)) return {};
  const std::vector<double> w = want.to_doubles();
  const std::vector<double> g = got.to_doubles();
  std::int64_t wrong = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (is_close(w[i], g[i])) continue;
    if (wrong++ == 0) first = i;
  }
  if (wrong == 0) return {};
  return cat(wrong, " of ", w.size(), " values differ, first at ",
             position(want, static_cast<std::int64_t>(first)), ": want ", w[first], ", got ",
             g[first]);
}

std::string tensor_difference(const Tensor& want, const Tensor& got, bool values) {
  if (want.type() != got.type()) {
    return cat("want type ", want.type().name(), ", got ", got.type().name());
  }
  if (want.shape() != got.shape()) {
    return cat("want shape ", to_string(want.shape()), ", got ", to_string(got.shape()));
  }
  if (!values) return {};
  if (want.kind() == ElementKind::string) return identical(want, got) ? "" : "strings differ";
  if (want.kind() == ElementKind::c64 || want.kind() == ElementKind::c128) {
    return complex_difference(want, got);
  }
  return number_difference(want, got);
}

std::string_view name_of(Item::Kind kind) {
  switch (kind) {
    case Item::Kind::tensor: return "a tensor";
    case Item::Kind::sequence: return "a sequence";
    case Item::Kind::nothing: return "an empty optional";
  }
  return "?";
}

}  // namespace

bool is_close(double want, double got) {
  if (std::isnan(want) || std::isnan(got)) return std::isnan(want) && std::isnan(got);
  if (std::isinf(want) || std::isinf(got)) return want == got;
  return std::abs(got - want) <= kAbsolute + kRelative * std::abs(want);
}

Tensor decode(const schema::TensorProto& proto) {
  if (proto.data_location() != 0) corrupt(proto, "is stored outside its file");
  if (proto.data_type() < 1 || proto.data_type() > static_cast<int>(ElementKind::i2)) {
    corrupt(proto, cat("has element type ", proto.data_type()));
  }
  Tensor out(static_cast<ElementKind>(proto.data_type()),
             Shape(proto.dims().begin(), proto.dims().end()));
  if (out.kind() == ElementKind::string) {
    if (proto.string_data_size() != out.size()) corrupt(proto, "has too few or many strings");
    std::copy(proto.string_data().begin(), proto.string_data().end(),
              out.mutable_data<std::string>().begin());
  } else if (proto.has_raw_data()) {
    const std::string& raw = proto.raw_data();
    const std::span<std::byte> bytes = out.mutable_bytes();
    if (raw.size() != bytes.size()) {
      corrupt(proto, cat("has ", raw.size(), " raw bytes, wants ", bytes.size()));
    }
    std::memcpy(bytes.data(), raw.data(), raw.size());
  } else {
    fill_from_fields(proto, out);
  }
  return out;
}

Item decode(const schema::SequenceProto& proto) {
  if (proto.sparse_tensor_values_size() > 0 || proto.map_values_size() > 0) {
    throw Error(Fault::unsupported, "the test data hold maps or sparse tensors");
  }
  Item out;
  out.kind = Item::Kind::sequence;
  for (const auto& t : proto.tensor_values()) {
    out.elements.push_back({Item::Kind::tensor, decode(t), {}});
  }
  for (const auto& s : proto.sequence_values()) out.elements.push_back(decode(s));
  for (const auto& o : proto.optional_values()) out.elements.push_back(decode(o));
  return out;
}

Item decode(const schema::OptionalProto& proto) {
  if (proto.has_tensor_value()) return {Item::Kind::tensor, decode(proto.tensor_value()), {}};
  if (proto.has_sequence_value()) return decode(proto.sequence_value());
  if (proto.has_optional_value()) return decode(proto.optional_value());
  if (proto.has_map_value() || proto.has_sparse_tensor_value()) {
    throw Error(Fault::unsupported, "the test data hold maps or sparse tensors");
  }
  return {};
}

Item read_item(const std::filesystem::path& path, const schema::TypeProto& type) {
  return during([&] { return cat("reading ", path.string()); },
                [&]() -> Item {
                  if (type.has_sequence_type()) {
                    return decode(parse_file<schema::SequenceProto>(path));
                  }
                  if (type.has_optional_type()) {
                    return decode(parse_file<schema::OptionalProto>(path));
                  }
                  if (type.has_map_type()) {
                    throw Error(Fault::unsupported, "the test data hold maps");
                  }
                  auto proto = parse_file<schema::TensorProto>(path);
                  // Older suites wrote bfloat16 data, which NumPy lacks, as its bits.
                  if (type.tensor_type().elem_type() == static_cast<int>(ElementKind::bf16) &&
                      proto.data_type() == static_cast<int>(ElementKind::u16)) {
                    proto.set_data_type(static_cast<int>(ElementKind::bf16));
                  }
                  return {Item::Kind::tensor, decode(proto), {}};
                });
}

schema::ModelProto read_proto(const std::filesystem::path& path) {
  return parse_file<schema::ModelProto>(path);
}

std::string difference(const Item& want, const Item& got, bool values) {
  if (want.kind != got.kind) return cat("want ", name_of(want.kind), ", got ", name_of(got.kind));
  if (want.kind == Item::Kind::tensor) return tensor_difference(want.tensor, got.tensor, values);
  if (want.elements.size() != got.elements.size()) {
    return cat("want ", want.elements.size(), " elements, got ", got.elements.size());
  }
  for (std::size_t i = 0; i < want.elements.size(); ++i) {
    const std::string why = difference(want.elements[i], got.elements[i], values);
    if (!why.empty()) return cat("element ", i, ": ", why);
  }
  return {};
}

}  // namespace pare::conformance
