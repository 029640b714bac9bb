#include "data/templates/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare::templates {
namespace {

constexpr std::uint64_t kItemWeight = 16;

/// Takes a value into `data`, a list or map.
template <class Data>
void take_in(Data& data, const Value& v) {
  if (v.is(Value::Kind::space)) {
    throw Error(Fault::unsupported, "a namespace inside of another value");
  }
  if (v.depth() >= kDeepestValue) {
    throw Error(Fault::resource, cat("values nested deeper than ", kDeepestValue));
  }
  data.depth = std::max(data.depth, v.depth() + 1);
  data.weight += v.weight();
  if (data.weight > kHeaviestValue) {
    throw Error(Fault::resource, cat("a value of more than ", kHeaviestValue, " bytes"));
  }
}

/// Equal values have equal keys: 1, 1.0 and true are the same.
std::string key_of(const Value& v) {
  if (v.is(Value::Kind::text)) return "s" + v.text();
  if (v.is_number()) return "n" + real_text(v.real());
  if (v.is(Value::Kind::none)) return "-";
  throw Error(Fault::corrupt, cat("a value of type ", v.type_name(), " as a key"));
}

void indent_line(std::string& out, int indent, int level) {
  out += '\n';
  out.append(static_cast<std::size_t>(indent) * static_cast<std::size_t>(level), ' ');
}

void put_escape(std::string& out, char32_t c) {
  std::array<char, 8> digits{};
  const auto [end, ec] = std::to_chars(digits.data(), digits.data() + digits.size(),
                                       static_cast<std::uint32_t>(c), 16);
  const std::string text(digits.data(), end);
  out += "\\u" + std::string(4 - std::min<std::size_t>(4, text.size()), '0') + text;
}

void put_json_text(std::string& out, const std::string& text, bool ascii_only) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char c = utf8_at(text, at);
    switch (c.value) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      default:
        if (c.value < 0x20 || (ascii_only && c.value > 0x7E && c.value < 0x10000)) {
          put_escape(out, c.value);
        } else if (ascii_only && c.value >= 0x10000) {
          put_escape(out, 0xD800 + ((c.value - 0x10000) >> 10U));
          put_escape(out, 0xDC00 + ((c.value - 0x10000) & 0x3FFU));
        } else {
          out += std::string_view{text}.substr(at, c.size);
        }
    }
    at += c.size;
  }
  out += '"';
}

class JsonWriter {
 public:
  explicit JsonWriter(const JsonStyle& style) : style_(style) {}

  void put(const Value& v, int level) {
    switch (v.kind()) {
      case Value::Kind::none: out_ += "null"; return;
      case Value::Kind::boolean: out_ += v.truth() ? "true" : "false"; return;
      case Value::Kind::integer: out_ += std::to_string(v.integer()); return;
      case Value::Kind::real: put_real(v.real()); return;
      case Value::Kind::text: put_json_text(out_, v.text(), style_.ascii_only); return;
      case Value::Kind::list: put_list(v, level); return;
      case Value::Kind::map: put_map(v, level); return;
      default: throw Error(Fault::usage, cat("JSON cannot hold a value of type ", v.type_name()));
    }
  }
  std::string take() { return std::move(out_); }

 private:
  void put_real(double d) {
    out_ += std::isnan(d)   ? "NaN"
            : std::isinf(d) ? (d < 0 ? "-Infinity" : "Infinity")
                            : real_text(d);
  }
  void between(bool first, int level) {
    if (!first) out_ += style_.item_separator;
    if (style_.indent >= 0) indent_line(out_, style_.indent, level);
  }
  void put_list(const Value& v, int level) {
    if (v.items().empty()) {
      out_ += "[]";
      return;
    }
    out_ += '[';
    bool first = true;
    for (const Value& item : v.items()) {
      between(first, level + 1);
      first = false;
      put(item, level + 1);
    }
    if (style_.indent >= 0) indent_line(out_, style_.indent, level);
    out_ += ']';
  }
  void put_map(const Value& v, int level) {
    const std::vector<std::pair<Value, Value>>& entries = v.entries();
    if (entries.empty()) {
      out_ += "{}";
      return;
    }
    std::vector<std::size_t> order(entries.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (style_.sort_keys) {
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return less_than(entries[a].first, entries[b].first).value_or(false);
      });
    }
    out_ += '{';
    bool first = true;
    for (const std::size_t i : order) {
      const auto& [key, value] = entries[i];
      between(first, level + 1);
      first = false;
      if (key.is(Value::Kind::text)) {
        put(key, level);
      } else {
        JsonWriter name(style_);
        name.put(key, 0);
        put_json_text(out_, name.take(), false);
      }
      out_ += style_.key_separator;
      put(value, level + 1);
    }
    if (style_.indent >= 0) indent_line(out_, style_.indent, level);
    out_ += '}';
  }

  const JsonStyle& style_;
  std::string out_;
};

std::string repr_of_text(const std::string& text) {
  const bool single = text.find('\'') != std::string::npos && text.find('"') == std::string::npos;
  const char quote = single ? '"' : '\'';
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      out += "\\x";
      out += kDigits[static_cast<unsigned char>(c) / 16U];
      out += kDigits[static_cast<unsigned char>(c) % 16U];
    } else {
      out += c;
    }
  }
  return out += quote;
}

std::string repr_of_items(const Value& v) {
  std::string out = v.is_tuple() ? "(" : "[";
  bool first = true;
  for (const Value& item : v.items()) {
    if (!first) out += ", ";
    first = false;
    out += to_repr(item);
  }
  if (v.is_tuple() && v.items().size() == 1) out += ',';
  return out += v.is_tuple() ? ")" : "]";
}

std::string repr_of_entries(const Value& v) {
  std::string out = "{";
  for (const auto& [key, value] : v.entries()) {
    if (out.size() > 1) out += ", ";
    out += to_repr(key);
    out += ": ";
    out += to_repr(value);
  }
  return out += "}";
}

}  // namespace

Value Value::list(std::vector<Value> items, bool tuple) {
  auto data = std::make_shared<ListData>();
  for (const Value& v : items) take_in(*data, v);
  data->items = std::move(items);
  data->tuple = tuple;
  Value v;
  v.v_ = std::shared_ptr<const ListData>(std::move(data));
  return v;
}

Value Value::map(std::vector<std::pair<Value, Value>> items) {
  auto data = std::make_shared<MapData>();
  for (std::pair<Value, Value>& entry : items) {
    take_in(*data, entry.first);
    take_in(*data, entry.second);
    const auto [at, fresh] = data->index.emplace(key_of(entry.first), data->entries.size());
    if (fresh) {
      data->entries.push_back(std::move(entry));
    } else {
      data->entries[at->second].second = std::move(entry.second);
    }
  }
  Value v;
  v.v_ = std::shared_ptr<const MapData>(std::move(data));
  return v;
}

Value Value::from_json(const nlohmann::ordered_json& j) {
  using Type = nlohmann::ordered_json::value_t;
  switch (j.type()) {
    case Type::null: return Value(nullptr);
    case Type::boolean: return Value(j.get<bool>());
    case Type::number_integer: return Value(j.get<std::int64_t>());
    case Type::number_unsigned: {
      const auto u = j.get<std::uint64_t>();
      return u <= INT64_MAX ? Value(static_cast<std::int64_t>(u)) : Value(static_cast<double>(u));
    }
    case Type::number_float: return Value(j.get<double>());
    case Type::string: return Value(j.get<std::string>());
    case Type::array: {
      std::vector<Value> items;
      for (const auto& part : j) items.push_back(from_json(part));
      return list(std::move(items));
    }
    case Type::object: {
      std::vector<std::pair<Value, Value>> entries;
      for (const auto& [key, part] : j.items()) entries.emplace_back(Value(key), from_json(part));
      return map(std::move(entries));
    }
    default: throw Error(Fault::usage, "a value that JSON cannot hold");
  }
}

const std::vector<Value>& Value::items() const {
  return std::get<std::shared_ptr<const ListData>>(v_)->items;
}
bool Value::is_tuple() const {
  return is(Kind::list) && std::get<std::shared_ptr<const ListData>>(v_)->tuple;
}
const std::vector<std::pair<Value, Value>>& Value::entries() const {
  return std::get<std::shared_ptr<const MapData>>(v_)->entries;
}
const Value* Value::find(const Value& key) const {
  if (!key.is(Kind::text) && !key.is_number() && !key.is(Kind::none)) return nullptr;
  const auto& data = std::get<std::shared_ptr<const MapData>>(v_);
  const auto at = data->index.find(key_of(key));
  return at == data->index.end() ? nullptr : &data->entries[at->second].second;
}

std::int64_t Value::integer() const {
  if (is(Kind::boolean)) return std::get<bool>(v_) ? 1 : 0;
  return std::get<std::int64_t>(v_);
}
double Value::real() const {
  return is(Kind::real) ? std::get<double>(v_) : static_cast<double>(integer());
}

bool Value::truth() const {
  switch (kind()) {
    case Kind::undefined:
    case Kind::none: return false;
    case Kind::boolean: return std::get<bool>(v_);
    case Kind::integer: return std::get<std::int64_t>(v_) != 0;
    case Kind::real: return std::get<double>(v_) != 0;
    case Kind::text: return !text().empty();
    case Kind::list: return !items().empty();
    case Kind::map: return !entries().empty();
    case Kind::space:
    case Kind::function: return true;
  }
  return false;
}

std::string_view Value::type_name() const {
  constexpr std::array<std::string_view, 10> kNames = {"undefined", "none",    "boolean", "integer",
                                                       "float",     "string",  "list",    "mapping",
                                                       "namespace", "function"};
  return is_tuple() ? "tuple" : kNames[v_.index()];
}

int Value::depth() const {
  if (is(Kind::list)) return std::get<std::shared_ptr<const ListData>>(v_)->depth;
  if (is(Kind::map)) return std::get<std::shared_ptr<const MapData>>(v_)->depth;
  return 0;
}

std::uint64_t Value::weight() const {
  if (is(Kind::text)) return text().size() + kItemWeight;
  if (is(Kind::list)) return std::get<std::shared_ptr<const ListData>>(v_)->weight + kItemWeight;
  if (is(Kind::map)) return std::get<std::shared_ptr<const MapData>>(v_)->weight + kItemWeight;
  return kItemWeight;
}

std::uint64_t Value::own_weight() const {
  if (is(Kind::text)) return text().size();
  if (is(Kind::list)) return items().size() * kItemWeight;
  if (is(Kind::map)) return entries().size() * kItemWeight;
  return 0;
}

bool operator==(const Value& a, const Value& b) {
  if (a.is_whole() && b.is_whole()) return a.integer() == b.integer();
  if (a.is_number() && b.is_number()) return a.real() == b.real();
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Value::Kind::text: return a.text() == b.text();
    case Value::Kind::list: return a.is_tuple() == b.is_tuple() && a.items() == b.items();
    case Value::Kind::map:
      return a.entries().size() == b.entries().size() &&
             std::all_of(a.entries().begin(), a.entries().end(), [&](const auto& e) {
               const Value* other = b.find(e.first);
               return other != nullptr && *other == e.second;
             });
    case Value::Kind::space: return &a.space() == &b.space();
    case Value::Kind::function: return &a.function() == &b.function();
    default: return true;
  }
}

std::string real_text(double d) {
  if (std::isnan(d)) return "nan";
  if (std::isinf(d)) return d < 0 ? "-inf" : "inf";
  std::array<char, 32> buffer{};
  const auto [end, ec] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), d, std::chars_format::scientific);
  std::string text(buffer.data(), end);
  const std::size_t e = text.find('e');
  const int exponent = std::stoi(text.substr(e + 1));
  if (exponent < -4 || exponent >= 16) return text;
  const auto [last, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), d, std::chars_format::fixed);
  text.assign(buffer.data(), last);
  return text.find('.') == std::string::npos ? text + ".0" : text;
}

std::string to_text(const Value& v) { return v.is(Value::Kind::text) ? v.text() : to_repr(v); }

std::string to_repr(const Value& v) {
  switch (v.kind()) {
    case Value::Kind::undefined: return "";
    case Value::Kind::none: return "None";
    case Value::Kind::boolean: return v.truth() ? "True" : "False";
    case Value::Kind::integer: return std::to_string(v.integer());
    case Value::Kind::real: return real_text(v.real());
    case Value::Kind::text: return repr_of_text(v.text());
    case Value::Kind::list: return repr_of_items(v);
    case Value::Kind::map: return repr_of_entries(v);
    case Value::Kind::space: return "<namespace>";
    case Value::Kind::function: return "<function " + v.function().name + ">";
  }
  return {};
}

std::string to_json(const Value& v, const JsonStyle& style) {
  JsonWriter writer(style);
  writer.put(v, 0);
  return writer.take();
}

std::optional<bool> less_than(const Value& a, const Value& b) {
  if (a.is_whole() && b.is_whole()) return a.integer() < b.integer();
  if (a.is_number() && b.is_number()) return a.real() < b.real();
  if (a.is(Value::Kind::text) && b.is(Value::Kind::text)) return a.text() < b.text();
  if (!a.is(Value::Kind::list) || !b.is(Value::Kind::list)) return std::nullopt;
  const std::size_t n = std::min(a.items().size(), b.items().size());
  for (std::size_t i = 0; i < n; ++i) {
    if (!(a.items()[i] == b.items()[i])) return less_than(a.items()[i], b.items()[i]);
  }
  return a.items().size() < b.items().size();
}

std::int64_t length_of(std::string_view text) {
  std::int64_t n = 0;
  for (std::size_t at = 0; at < text.size(); at += utf8_at(text, at).size) ++n;
  return n;
}

}  // namespace pare::templates
