#include "formats/onnx/tensors.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/checked.hpp"
#include "base/cursor.hpp"
#include "base/text.hpp"
#include "formats/onnx/onnx.pb.h"

namespace pare::onnx {
namespace {

constexpr std::int32_t kExternal = 1;
constexpr std::size_t kAlignment = 8;

std::string name_of(const schema::TensorProto& p) {
  return cat("tensor '", escape_terminal(p.name()), "'");
}

Shape shape_of(const schema::TensorProto& p) {
  if (p.dims_size() > static_cast<int>(kMaxRank)) {
    throw Error(Fault::corrupt, cat("rank ", p.dims_size(), " is above ", kMaxRank));
  }
  return {p.dims().begin(), p.dims().end()};
}

/// bool other than 0 and 1 is no bool.
void check_bools(DType type, std::span<const std::byte> bytes) {
  if (type != ElementKind::boolean) return;
  const auto bad = std::find_if(bytes.begin(), bytes.end(),
                                [](std::byte b) { return std::to_integer<unsigned>(b) > 1U; });
  if (bad != bytes.end()) {
    throw Error(Fault::corrupt, cat("boolean ", bad - bytes.begin(), " is neither 0 nor 1"));
  }
}

bool is_aligned(const std::byte* data) {
  const void* p = data;
  std::size_t space = 2 * kAlignment;
  void* moved = const_cast<void*>(p);  // NOLINT: std::align only computes
  return std::align(kAlignment, 1, moved, space) == p;
}

/// A view when the bytes lie well for their type, else a copy.
Tensor view_or_copy(DType type, Shape shape, std::span<const std::byte> bytes,
                    std::shared_ptr<const void> owner) {
  check_bools(type, bytes);
  Tensor view(type, std::move(shape), bytes, std::move(owner));
  return bytes.empty() || is_aligned(bytes.data()) ? view : view.clone();
}

std::uint64_t parse_number(const std::string& key, const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
    throw Error(Fault::corrupt, cat("external data: ", key, " '", escape_terminal(text, 40),
                                    "' is not a number of bytes"));
  }
  return value;
}

Tensor read_external(const schema::TensorProto& p, DType type, Shape shape, ExternalFiles& files) {
  std::string location;
  std::uint64_t offset = 0;
  const std::uint64_t want = byte_size(type, element_count(shape));
  std::uint64_t length = want;
  for (const auto& entry : p.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = parse_number("offset", entry.value());
    if (entry.key() == "length") length = parse_number("length", entry.value());
  }
  if (location.empty()) throw Error(Fault::corrupt, "external data without a location");
  if (length != want) {
    throw Error(Fault::corrupt, cat("external data of ", length, " bytes, but ", type.name(),
                                    to_string(shape), " has ", want));
  }
  const auto file = files.open(location);
  const std::uint64_t size = file->bytes().size();
  const std::uint64_t end = checked_add(offset, length);
  if (end > size) {
    throw Error(Fault::corrupt,
                cat(escape_terminal(location), " is too short: want bytes ", offset, " to ", end,
                    ", the file has ", size, " (", end - size, " bytes are missing)"));
  }
  return view_or_copy(type, std::move(shape), file->bytes().subspan(offset, length), file);
}

template <class T, class List>
Tensor from_list(DType type, const Shape& shape, const List& list, std::size_t values) {
  Tensor out(type, shape);
  const auto want = static_cast<std::size_t>(out.size()) * values;
  if (static_cast<std::size_t>(list.size()) != want) {
    throw Error(Fault::corrupt, cat("want ", want, " values for ", type.name(), to_string(shape),
                                    ", got ", list.size()));
  }
  const auto bytes = out.mutable_bytes();
  std::size_t at = 0;
  for (const auto x : list) {
    if constexpr (std::is_integral_v<T>) {
      store_le(bytes.subspan(at), checked_cast<T>(x));
    } else {
      store_le(bytes.subspan(at), static_cast<T>(x));
    }
    at += sizeof(T);
  }
  check_bools(type, out.bytes());
  return out;
}

/// One packed byte in each number of the list.
Tensor from_packed(DType type, const Shape& shape,
                   const google::protobuf::RepeatedField<std::int32_t>& list) {
  Tensor out(type, shape);
  const auto bytes = out.mutable_bytes();
  if (static_cast<std::size_t>(list.size()) != bytes.size()) {
    throw Error(Fault::corrupt, cat("want ", bytes.size(), " packed bytes for ", type.name(),
                                    to_string(shape), ", got ", list.size()));
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = std::byte{checked_cast<std::uint8_t>(list[static_cast<int>(i)] & 0xFF)};
  }
  return out;
}

Tensor from_int32(const schema::TensorProto& p, DType type, const Shape& shape) {
  const auto& list = p.int32_data();
  switch (type.kind()) {
    case ElementKind::i32: return from_list<std::int32_t>(type, shape, list, 1);
    case ElementKind::i16: return from_list<std::int16_t>(type, shape, list, 1);
    case ElementKind::i8: return from_list<std::int8_t>(type, shape, list, 1);
    case ElementKind::u16:
    case ElementKind::f16:
    case ElementKind::bf16: return from_list<std::uint16_t>(type, shape, list, 1);
    case ElementKind::u8:
    case ElementKind::boolean: return from_list<std::uint8_t>(type, shape, list, 1);
    default: return from_packed(type, shape, list);  // 8-bit floats, 4 and 2 bits
  }
}

Tensor from_lists(const schema::TensorProto& p, DType type, const Shape& shape) {
  switch (type.kind()) {
    case ElementKind::f32: return from_list<float>(type, shape, p.float_data(), 1);
    case ElementKind::c64: return from_list<float>(type, shape, p.float_data(), 2);
    case ElementKind::f64: return from_list<double>(type, shape, p.double_data(), 1);
    case ElementKind::c128: return from_list<double>(type, shape, p.double_data(), 2);
    case ElementKind::i64: return from_list<std::int64_t>(type, shape, p.int64_data(), 1);
    case ElementKind::u64: return from_list<std::uint64_t>(type, shape, p.uint64_data(), 1);
    case ElementKind::u32: return from_list<std::uint32_t>(type, shape, p.uint64_data(), 1);
    default: return from_int32(p, type, shape);
  }
}

Tensor read_strings(const schema::TensorProto& p, DType type, const Shape& shape) {
  const std::int64_t count = element_count(shape);
  if (count != p.string_data_size()) {
    throw Error(Fault::corrupt, cat("want ", count, " texts for ", to_string(shape), ", got ",
                                    p.string_data_size()));
  }
  Tensor out(type, shape);
  const auto data = out.mutable_data<std::string>();
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = p.string_data(static_cast<int>(i));
  return out;
}

/// Before any allocation: what the shape claims must be there. No format packs more than eight
/// values into a byte.
void check_claim(const schema::TensorProto& p, const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t d : shape) {
    if (d < 0) throw Error(Fault::corrupt, cat("negative size in shape ", to_string(shape)));
    count = checked_mul(count, d);
  }
  const std::size_t bytes = p.ByteSizeLong();
  if (p.data_location() != kExternal && static_cast<std::uint64_t>(count) / 8 > bytes) {
    throw Error(Fault::corrupt,
                cat("want the values of ", to_string(shape), ", got ", bytes, " bytes in all"));
  }
  (void)element_count(shape);
}

/// `raw` gives the raw bytes with their owner; called only when there are some.
template <class Raw>
Tensor read_with(const schema::TensorProto& p, ExternalFiles& files, Raw&& raw) {
  return during([&] { return cat("reading ", name_of(p)); },
                [&] {
                  const DType type = element_type(p.data_type());
                  const Shape shape = shape_of(p);
                  check_claim(p, shape);
                  if (p.has_segment()) throw Error(Fault::unsupported, "tensors in segments");
                  if (type == ElementKind::string) return read_strings(p, type, shape);
                  if (p.data_location() == kExternal) return read_external(p, type, shape, files);
                  if (p.has_raw_data()) return raw(type, shape);
                  const std::int64_t encoded = std::int64_t{p.float_data_size()} +
                                               p.int32_data_size() + p.int64_data_size() +
                                               p.double_data_size() + p.uint64_data_size();
                  if (encoded == 0 && element_count(shape) != 0) {
                    throw Error(Fault::corrupt,
                                cat(type.name(), to_string(shape), " has a shape but no data"));
                  }
                  if (element_count(shape) / 8 > encoded) {
                    throw Error(Fault::corrupt, cat("want the values of ", type.name(),
                                                    to_string(shape), ", got ", encoded));
                  }
                  return from_lists(p, type, shape);
                });
}

std::vector<std::int64_t> linear_indices(const Tensor& indices, const Shape& dims,
                                         std::int64_t count) {
  std::vector<std::int64_t> given = indices.to_ints();
  if (indices.shape() == Shape{count}) return given;
  const auto rank = static_cast<std::int64_t>(dims.size());
  if (indices.shape() != Shape{count, rank}) {
    throw Error(Fault::corrupt,
                cat("indices of a sparse tensor have shape ", to_string(indices.shape()),
                    ", want [", count, "] or [", count, ",", rank, "]"));
  }
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t at = 0;
    for (std::int64_t k = 0; k < rank; ++k) {
      const std::int64_t x = given[static_cast<std::size_t>(i * rank + k)];
      const std::int64_t size = dims[static_cast<std::size_t>(k)];
      if (x < 0 || x >= size) {
        throw Error(Fault::corrupt, cat("index ", x, " is outside dimension ", k, " of ", size));
      }
      at = at * size + x;
    }
    out.push_back(at);
  }
  return out;
}

}  // namespace

DType element_type(std::int32_t number) {
  constexpr auto kLast = static_cast<std::int32_t>(ElementKind::i2);
  if (number < 1 || number > kLast) {
    throw Error(Fault::unsupported, cat("element type ", number, " (known are 1 to ", kLast, ")"));
  }
  return dtype_of(static_cast<ElementKind>(number));
}

std::shared_ptr<const MappedFile> ExternalFiles::open(const std::string& location) {
  auto& file = files_[location];
  if (file == nullptr) file = MappedFile::open_contained(model_, location);
  return file;
}

Tensor read_tensor(const schema::TensorProto& proto, ExternalFiles& files) {
  return read_with(proto, files, [&](DType type, const Shape& shape) {
    const std::string& raw = proto.raw_data();
    const auto bytes = std::as_bytes(std::span(raw.data(), raw.size()));
    check_bools(type, bytes);
    return Tensor(type, shape, bytes, nullptr).clone();
  });
}

Tensor take_tensor(schema::TensorProto& proto, ExternalFiles& files) {
  return read_with(proto, files, [&](DType type, const Shape& shape) {
    const auto raw = std::make_shared<const std::string>(std::move(*proto.mutable_raw_data()));
    return view_or_copy(type, shape, std::as_bytes(std::span(raw->data(), raw->size())), raw);
  });
}

Tensor read_sparse(const schema::SparseTensorProto& proto, ExternalFiles& files,
                   std::uint64_t most_bytes) {
  const Tensor values = read_tensor(proto.values(), files);
  return during(
      [&] { return cat("reading sparse ", name_of(proto.values())); },
      [&] {
        const Shape dims(proto.dims().begin(), proto.dims().end());
        const std::uint64_t bytes = byte_size(values.type(), element_count(dims));
        if (bytes > most_bytes) {
          throw Error(Fault::resource, cat("takes ", human_bytes(bytes), " when dense, above ",
                                           human_bytes(most_bytes)));
        }
        if (values.rank() != 1 || values.type().info().values != 1 ||
            values.kind() == ElementKind::string) {
          throw Error(Fault::unsupported,
                      cat("sparse values of ", values.type().name(), to_string(values.shape())));
        }
        const Tensor indices = read_tensor(proto.indices(), files);
        Tensor out(values.type(), dims);
        const std::size_t width = values.type().info().bytes;
        std::int64_t i = 0;
        for (const std::int64_t at : linear_indices(indices, dims, values.size())) {
          if (at < 0 || at >= out.size()) {
            throw Error(Fault::corrupt, cat("index ", at, " is outside ", out.size(), " values"));
          }
          const auto from = values.bytes().subspan(static_cast<std::size_t>(i++) * width, width);
          std::copy(from.begin(), from.end(),
                    out.mutable_bytes().subspan(static_cast<std::size_t>(at) * width).begin());
        }
        return out;
      });
}

void write_tensor(const Tensor& tensor, const std::string& name, schema::TensorProto& proto) {
  proto.set_name(name);
  require(tensor.kind() != ElementKind::block && tensor.valid(), "a block format is no ONNX type");
  proto.set_data_type(static_cast<std::int32_t>(tensor.kind()));
  for (const std::int64_t d : tensor.shape()) proto.add_dims(d);
  if (tensor.kind() == ElementKind::string) {
    for (const std::string& s : tensor.data<std::string>()) proto.add_string_data(s);
    return;
  }
  proto.set_raw_data(tensor.bytes().data(), tensor.bytes().size());
}

}  // namespace pare::onnx
