#include "data/npy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/checked.hpp"
#include "base/cursor.hpp"
#include "base/file.hpp"

namespace pare {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::uint64_t kHeaderLimitBytes = std::uint64_t{1} << 20;
constexpr std::size_t kHeaderAlignment = 64;

struct Header {
  std::string descr;
  bool fortran_order = false;
  Shape shape;
};

/// Reads the Python dictionary of an NPY header; knows exactly the three keys that NPY defines.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : text_(text) {}

  Header parse() {
    Header header;
    bool have_descr = false;
    bool have_order = false;
    bool have_shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr" && !have_descr) {
        header.descr = descr();
        have_descr = true;
      } else if (key == "fortran_order" && !have_order) {
        header.fortran_order = truth();
        have_order = true;
      } else if (key == "shape" && !have_shape) {
        header.shape = tuple();
        have_shape = true;
      } else {
        fail(cat("unexpected key '", key, "'"));
      }
      if (!accept(',') && peek() != '}') fail("want ',' or '}'");
    }
    if (!have_descr || !have_order || !have_shape) {
      fail("want the keys 'descr', 'fortran_order' and 'shape'");
    }
    skip_space();
    if (at_ != text_.size()) fail("text after the dictionary");
    return header;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Fault::corrupt, cat("NPY header at character ", at_, ": ", what));
  }
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool accept(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(cat("want '", c, "'"));
  }
  std::string quoted() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail("want a quoted text");
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail("text without end");
    const std::string text(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return text;
  }
  std::string descr() {
    if (peek() == '[') throw Error(Fault::unsupported, "NPY records with named fields");
    return quoted();
  }
  bool truth() {
    skip_space();
    for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true},
                                      std::pair<std::string_view, bool>{"False", false}}) {
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return value;
      }
    }
    fail("want True or False");
  }
  Shape tuple() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      shape.push_back(number());
      if (shape.size() > kMaxRank) fail(cat("more than ", kMaxRank, " dimensions"));
      if (!accept(',') && peek() != ')') fail("want ',' or ')'");
    }
    return shape;
  }
  std::int64_t number() {
    if (std::isdigit(static_cast<unsigned char>(peek())) == 0) fail("want a number");
    std::int64_t value = 0;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_])) != 0) {
      value = checked_add<std::int64_t>(checked_mul<std::int64_t>(value, 10), text_[at_] - '0');
      ++at_;
    }
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

struct Described {
  std::string_view code;  ///< of NumPy, without byte order
  ElementKind kind;
  std::size_t word;  ///< bytes that swap together
};

constexpr std::array<Described, 14> kDescribed = {{{"f4", ElementKind::f32, 4},
                                                   {"f8", ElementKind::f64, 8},
                                                   {"f2", ElementKind::f16, 2},
                                                   {"i1", ElementKind::i8, 1},
                                                   {"i2", ElementKind::i16, 2},
                                                   {"i4", ElementKind::i32, 4},
                                                   {"i8", ElementKind::i64, 8},
                                                   {"u1", ElementKind::u8, 1},
                                                   {"u2", ElementKind::u16, 2},
                                                   {"u4", ElementKind::u32, 4},
                                                   {"u8", ElementKind::u64, 8},
                                                   {"b1", ElementKind::boolean, 1},
                                                   {"c8", ElementKind::c64, 4},
                                                   {"c16", ElementKind::c128, 8}}};

const Described& described(const std::string& descr) {
  if (descr.size() >= 3 && std::string_view("<>|=").find(descr[0]) != std::string_view::npos) {
    for (const Described& entry : kDescribed) {
      if (std::string_view(descr).substr(1) == entry.code) return entry;
    }
  }
  throw Error(Fault::unsupported, cat("NPY element type '", descr,
                                      "' (booleans, integers, f2, f4, f8, c8 and c16 are read)"));
}

void swap_words(std::span<std::byte> bytes, std::size_t word) {
  for (std::size_t at = 0; at + word <= bytes.size(); at += word) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + word));
  }
}

/// Element i of a column-major array goes to its row-major place.
Tensor from_column_major(std::span<const std::byte> bytes, DType type, const Shape& shape) {
  Tensor out(type, shape);
  const std::size_t size = type.info().bytes;
  const std::span<std::byte> target = out.mutable_bytes();
  const Shape strides = strides_of(shape);
  Shape index(shape.size(), 0);
  std::int64_t at = 0;
  for (std::size_t from = 0; from < bytes.size(); from += size) {
    std::memcpy(target.data() + static_cast<std::size_t>(at) * size, bytes.data() + from, size);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      at += strides[axis];
      if (++index[axis] < shape[axis]) break;
      at -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return out;
}

bool aligned(const std::byte* at, std::size_t alignment) {
  return std::bit_cast<std::uintptr_t>(at) % alignment == 0;
}

void check_booleans(std::span<const std::byte> bytes) {
  for (const std::byte b : bytes) {
    if (b > std::byte{1}) throw Error(Fault::corrupt, "NPY boolean that is neither 0 nor 1");
  }
}

Header read_header(Cursor& in) {
  if (in.left() < kMagic.size() + 4 || in.text(kMagic.size()) != kMagic) {
    throw Error(Fault::corrupt, "not an NPY file (want it to begin with \\x93NUMPY)");
  }
  const auto major = in.read<std::uint8_t>();
  in.read<std::uint8_t>();
  if (major < 1 || major > 3) {
    throw Error(Fault::unsupported, cat("NPY version ", static_cast<int>(major)));
  }
  const std::uint64_t length =
      major == 1 ? std::uint64_t{in.read<std::uint16_t>()} : in.read<std::uint32_t>();
  if (length > kHeaderLimitBytes) {
    throw Error(Fault::corrupt, cat("NPY header of ", length, " bytes"));
  }
  return HeaderParser(in.text(length)).parse();
}

/// What NPY can say: the tensor itself, or its values in a format that holds them exactly.
Tensor representable(const Tensor& value) {
  switch (value.kind()) {
    case ElementKind::bf16:
    case ElementKind::f8e4m3fn:
    case ElementKind::f8e4m3fnuz:
    case ElementKind::f8e5m2:
    case ElementKind::f8e5m2fnuz:
    case ElementKind::f8e8m0:
    case ElementKind::f4e2m1: return value.cast(dtype_of(ElementKind::f32));
    case ElementKind::i4:
    case ElementKind::i2: return value.cast(dtype_of(ElementKind::i8));
    case ElementKind::u4:
    case ElementKind::u2: return value.cast(dtype_of(ElementKind::u8));
    default: return value;
  }
}

}  // namespace

Tensor parse_npy(std::span<const std::byte> bytes, std::shared_ptr<const void> owner) {
  Cursor in(bytes);
  const Header header = read_header(in);
  const Described& element = described(header.descr);
  const DType type = dtype_of(element.kind);
  const auto count = static_cast<std::uint64_t>(element_count(header.shape));
  const std::uint64_t size = checked_mul<std::uint64_t>(count, type.info().bytes);
  if (size != in.left()) {
    throw Error(Fault::corrupt, cat("NPY array ", to_string(header.shape), " of ", type.name(),
                                    " needs ", size, " bytes, got ", in.left()));
  }
  const std::span<const std::byte> data = in.take(size);
  if (element.kind == ElementKind::boolean) check_booleans(data);
  const bool swapped = header.descr[0] == '>' && element.word > 1;
  Tensor out;
  if (header.fortran_order && header.shape.size() > 1) {
    out = from_column_major(data, type, header.shape);
  } else if (swapped || !aligned(data.data(), element.word)) {
    out = Tensor(type, header.shape);
    if (size > 0) std::memcpy(out.mutable_bytes().data(), data.data(), size);
  } else {
    return {type, header.shape, data, std::move(owner)};
  }
  if (swapped) swap_words(out.mutable_bytes(), element.word);
  return out;
}

Tensor read_npy(const std::filesystem::path& path) {
  return during([&] { return cat("reading ", path.string()); },
                [&] {
                  auto file = MappedFile::open(path);
                  const auto bytes = file->bytes();
                  return parse_npy(bytes, std::move(file));
                });
}

std::string npy_header(const Tensor& value) {
  const Described* element = nullptr;
  for (const Described& entry : kDescribed) {
    if (entry.kind == value.kind()) element = &entry;
  }
  if (element == nullptr) {
    throw Error(Fault::unsupported, cat("NPY files cannot hold ", value.type().name()));
  }
  std::string shape = "(";
  for (const std::int64_t size : value.shape()) shape += cat(size, ", ");
  if (value.rank() > 1) shape.resize(shape.size() - 2);
  if (value.rank() == 1) shape.pop_back();
  std::string text = cat("{'descr': '", element->word == 1 ? '|' : '<', element->code,
                         "', 'fortran_order': False, 'shape': ", shape, "), }");
  const std::size_t before = kMagic.size() + 4;
  const std::size_t rest = (before + text.size() + 1) % kHeaderAlignment;
  if (rest != 0) text.append(kHeaderAlignment - rest, ' ');
  text += '\n';
  std::string header(kMagic);
  header +=
      {'\x01', '\0', static_cast<char>(text.size() & 0xFFU), static_cast<char>(text.size() >> 8)};
  return header + text;
}

void write_npy(const std::filesystem::path& path, const Tensor& value, bool force) {
  const Tensor written = representable(value);
  const std::string header = npy_header(written);
  AtomicFile file(path, force);
  file.write(header);
  file.write(written.bytes());
  file.commit();
}

}  // namespace pare
