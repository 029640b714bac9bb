#include "formats/gguf/value.hpp"

#include <algorithm>
#include <array>

#include "base/checked.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace pare::gguf {
namespace {

struct TypeFact {
  std::string_view name;
  std::size_t bytes;  ///< of a number; of a text or an array: the least that it takes
};

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kArrayHeadBytes = 12;

constexpr std::array<TypeFact, 13> kTypes = {{{"u8", 1},
                                              {"i8", 1},
                                              {"u16", 2},
                                              {"i16", 2},
                                              {"u32", 4},
                                              {"i32", 4},
                                              {"f32", 4},
                                              {"bool", 1},
                                              {"text", kLengthBytes},
                                              {"array", kArrayHeadBytes},
                                              {"u64", 8},
                                              {"i64", 8},
                                              {"f64", 8}}};

const TypeFact& fact_of(ValueType type) {
  const auto i = static_cast<std::size_t>(type);
  if (i >= kTypes.size()) {
    throw Error(Fault::unsupported,
                cat("metadata of type number ", i, "; known are 0 to ", kTypes.size() - 1));
  }
  return kTypes.at(i);
}

bool is_number(ValueType type) {
  return type != ValueType::text && type != ValueType::array && type != ValueType::boolean;
}

void check_truth(std::span<const std::byte> bytes, std::uint64_t at) {
  const auto bad =
      std::find_if(bytes.begin(), bytes.end(), [](std::byte b) { return b > std::byte{1}; });
  if (bad == bytes.end()) return;
  throw Error(Fault::corrupt,
              cat("truth value ", std::to_integer<int>(*bad), " at ",
                  at + static_cast<std::uint64_t>(bad - bytes.begin()), "; want 0 or 1"));
}

/// Moves past `count` elements of that type, checking each.
void walk(Cursor& in, ValueType element, std::uint64_t count, int depth);

void walk_array(Cursor& in, int depth) {
  if (depth >= kMostArrayDepth) {
    throw Error(Fault::corrupt,
                cat("arrays at ", in.at(), " are nested deeper than ", kMostArrayDepth));
  }
  const auto element = ValueType{in.read<std::uint32_t>()};
  const auto count = in.read<std::uint64_t>();
  walk(in, element, count, depth + 1);
}

void walk(Cursor& in, ValueType element, std::uint64_t count, int depth) {
  const std::size_t least = fact_of(element).bytes;
  const std::size_t n = in.count(count, least);
  if (element == ValueType::text) {
    for (std::size_t i = 0; i < n; ++i) in.take(in.read<std::uint64_t>());
  } else if (element == ValueType::array) {
    for (std::size_t i = 0; i < n; ++i) walk_array(in, depth);
  } else {
    const std::uint64_t at = in.at();
    const auto bytes = in.take(n * least);
    if (element == ValueType::boolean) check_truth(bytes, at);
  }
}

template <class T>
void append(std::string& out, T value) {
  std::array<std::byte, sizeof(T)> bytes{};
  store_le(std::span<std::byte>(bytes), value);
  for (const std::byte b : bytes) out += static_cast<char>(b);
}

std::string text_of(std::span<const std::byte> bytes) {
  Cursor in(bytes);
  return in.text(bytes.size());
}

/// What an integer is, by sign and size.
struct Whole {
  bool negative = false;
  std::uint64_t bits = 0;  ///< two's complement
};

template <class T>
Whole whole(std::span<const std::byte> bytes) {
  const T x = load_le<T>(bytes);
  return {x < T{}, static_cast<std::uint64_t>(x)};
}

}  // namespace

std::string_view name_of(ValueType type) { return fact_of(type).name; }

Value Value::owned(ValueType type, ValueType element, std::uint64_t count, std::string bytes) {
  const auto store = std::make_shared<const std::string>(std::move(bytes));
  Value v;
  v.type_ = type;
  v.element_ = element;
  v.count_ = count;
  v.bytes_ = std::as_bytes(std::span(store->data(), store->size()));
  v.owner_ = store;
  return v;
}

Value Value::numbers_of(ValueType type, std::span<const std::byte> bytes, bool array) {
  const std::uint64_t count = bytes.size() / fact_of(type).bytes;
  return owned(array ? ValueType::array : type, array ? type : ValueType::u8, array ? count : 1,
               text_of(bytes));
}

Value Value::text(std::string_view x) {
  return owned(ValueType::text, ValueType::u8, 1, std::string(x));
}

Value Value::texts(const std::vector<std::string>& x) {
  std::string bytes;
  for (const std::string& t : x) {
    append(bytes, std::uint64_t{t.size()});
    bytes += t;
  }
  return owned(ValueType::array, ValueType::text, x.size(), std::move(bytes));
}

Value Value::arrays(const std::vector<Value>& x) {
  std::string bytes;
  for (const Value& v : x) {
    if (v.type_ != ValueType::array) throw Error(Fault::usage, "want an array of arrays");
    v.append_payload(bytes);
  }
  return owned(ValueType::array, ValueType::array, x.size(), std::move(bytes));
}

Value Value::parse(Cursor& in, ValueType type, const std::shared_ptr<const void>& owner) {
  Value v;
  v.type_ = type;
  v.owner_ = owner;
  const std::size_t least = fact_of(type).bytes;
  if (type == ValueType::text) {
    v.bytes_ = in.take(in.read<std::uint64_t>());
  } else if (type == ValueType::array) {
    v.element_ = ValueType{in.read<std::uint32_t>()};
    v.count_ = in.read<std::uint64_t>();
    Cursor end = in;
    walk(end, v.element_, v.count_, 1);
    v.bytes_ = in.take(end.at() - in.at());
  } else {
    const std::uint64_t at = in.at();
    v.bytes_ = in.take(least);
    if (type == ValueType::boolean) check_truth(v.bytes_, at);
  }
  return v;
}

std::string Value::type_text() const {
  return type_ == ValueType::array ? cat("array of ", name_of(element_))
                                   : std::string(name_of(type_));
}

void Value::want(bool ok, std::string_view what) const {
  if (!ok) throw Error(Fault::corrupt, cat("want ", what, ", got ", type_text()));
}

std::uint64_t Value::to_unsigned() const {
  const std::int64_t x = type_ == ValueType::u64 ? 0 : to_signed();
  if (type_ == ValueType::u64) return load_le<std::uint64_t>(bytes_);
  if (x < 0) throw Error(Fault::corrupt, cat("want a number that is not negative, got ", x));
  return static_cast<std::uint64_t>(x);
}

std::int64_t Value::to_signed() const {
  const Whole w = [&] {
    switch (type_) {
      case ValueType::u8: return whole<std::uint8_t>(bytes_);
      case ValueType::i8: return whole<std::int8_t>(bytes_);
      case ValueType::u16: return whole<std::uint16_t>(bytes_);
      case ValueType::i16: return whole<std::int16_t>(bytes_);
      case ValueType::u32: return whole<std::uint32_t>(bytes_);
      case ValueType::i32: return whole<std::int32_t>(bytes_);
      case ValueType::u64: return whole<std::uint64_t>(bytes_);
      case ValueType::i64: return whole<std::int64_t>(bytes_);
      default: want(false, "an integer"); return Whole{};
    }
  }();
  return w.negative ? static_cast<std::int64_t>(w.bits) : checked_cast<std::int64_t>(w.bits);
}

double Value::to_real() const {
  want(is_number(type_), "a number");
  if (type_ == ValueType::f32) return load_le<float>(bytes_);
  if (type_ == ValueType::f64) return load_le<double>(bytes_);
  if (type_ == ValueType::u64) return static_cast<double>(load_le<std::uint64_t>(bytes_));
  return static_cast<double>(to_signed());
}

bool Value::to_bool() const {
  want(type_ == ValueType::boolean, "a truth value");
  return bytes_[0] != std::byte{0};
}

std::string Value::to_text() const {
  want(type_ == ValueType::text, "a text");
  return text_of(bytes_);
}

std::vector<Value> Value::items(std::uint64_t most) const {
  want(type_ == ValueType::array, "an array");
  std::vector<Value> all;
  Cursor in(bytes_);
  for (std::uint64_t i = 0; i < std::min(count_, most); ++i) {
    all.push_back(parse(in, element_, owner_));
  }
  return all;
}

std::vector<std::string> Value::to_texts() const {
  want(type_ == ValueType::array && element_ == ValueType::text, "an array of text");
  std::vector<std::string> all;
  Cursor in(bytes_);
  while (!in.done()) all.push_back(in.text(in.read<std::uint64_t>()));
  return all;
}

std::vector<double> Value::to_reals() const {
  want(type_ == ValueType::array && is_number(element_), "an array of numbers");
  std::vector<double> all;
  for (const Value& v : items()) all.push_back(v.to_real());
  return all;
}

std::vector<std::int64_t> Value::to_integers() const {
  want(type_ == ValueType::array && is_number(element_) && element_ != ValueType::f32 &&
           element_ != ValueType::f64,
       "an array of integers");
  std::vector<std::int64_t> all;
  for (const Value& v : items()) all.push_back(v.to_signed());
  return all;
}

void Value::append_payload(std::string& out) const {
  if (type_ == ValueType::array) {
    append(out, static_cast<std::uint32_t>(element_));
    append(out, count_);
  } else if (type_ == ValueType::text) {
    append(out, std::uint64_t{bytes_.size()});
  }
  out += text_of(bytes_);
}

void Value::append_to(std::string& out) const {
  append(out, static_cast<std::uint32_t>(type_));
  append_payload(out);
}

bool identical(const Value& a, const Value& b) {
  return a.type() == b.type() && a.count() == b.count() &&
         (a.type() != ValueType::array || a.element() == b.element()) &&
         std::equal(a.bytes().begin(), a.bytes().end(), b.bytes().begin(), b.bytes().end());
}

}  // namespace pare::gguf
