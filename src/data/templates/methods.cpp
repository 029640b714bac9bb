// Methods of texts, mappings and lists.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "data/templates/interpreter.hpp"
#include "data/tokenizers/characters.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare::templates {
namespace {

using Method = Value (*)(Interpreter&, const Value&, const Arguments&);
struct Row {
  std::string_view name;
  Method call;
};

Value strip_by(Interpreter& in, const Value& v, const Arguments& a, std::string_view name,
               bool left, bool right) {
  const Bound b(in, name, a, {"chars"});
  if (b.find(0) == nullptr || b.find(0)->is(Value::Kind::none)) {
    return Value(stripped(v.text(), nullptr, left, right));
  }
  const std::u32string characters = to_utf32(b.text(0));
  in.work(v.own_weight() * (characters.size() / 64));
  return Value(stripped(v.text(), &characters, left, right));
}

Value split_at_spaces(const std::string& text, std::int64_t most) {
  std::vector<Value> parts;
  std::size_t at = 0;
  const auto skip = [&] {
    while (at < text.size() && is_white_space(utf8_at(text, at).value)) {
      at += utf8_at(text, at).size;
    }
  };
  for (skip(); at < text.size(); skip()) {
    if (most >= 0 && static_cast<std::int64_t>(parts.size()) == most) {
      parts.emplace_back(stripped(std::string_view{text}.substr(at), nullptr, false, true));
      break;
    }
    const std::size_t begin = at;
    while (at < text.size() && !is_white_space(utf8_at(text, at).value)) {
      at += utf8_at(text, at).size;
    }
    parts.emplace_back(text.substr(begin, at - begin));
  }
  return Value::list(std::move(parts));
}

Value split(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "split", a, {"sep", "maxsplit"});
  const std::int64_t most = b.integer(1, -1);
  const std::string& text = v.text();
  in.work(16 * v.own_weight());
  if (b.find(0) == nullptr || b.find(0)->is(Value::Kind::none)) return split_at_spaces(text, most);
  const std::string separator = b.text(0);
  if (separator.empty()) in.fail(Fault::corrupt, "split at an empty text");
  std::vector<Value> parts;
  std::size_t at = 0;
  while (most < 0 || static_cast<std::int64_t>(parts.size()) < most) {
    const std::size_t next = text.find(separator, at);
    if (next == std::string::npos) break;
    parts.emplace_back(text.substr(at, next - at));
    at = next + separator.size();
  }
  parts.emplace_back(text.substr(at));
  return Value::list(std::move(parts));
}

Value rsplit(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "rsplit", a, {"sep", "maxsplit"});
  const std::int64_t most = b.integer(1, -1);
  std::string text = v.text();
  const std::string separator = b.text(0);
  if (separator.empty()) in.fail(Fault::corrupt, "split at an empty text");
  in.work(16 * v.own_weight());
  std::vector<Value> parts;
  while (most < 0 || static_cast<std::int64_t>(parts.size()) < most) {
    const std::size_t next = text.rfind(separator);
    if (next == std::string::npos) break;
    parts.emplace_back(text.substr(next + separator.size()));
    text.resize(next);
  }
  parts.emplace_back(std::move(text));
  std::reverse(parts.begin(), parts.end());
  return Value::list(std::move(parts));
}

Value splitlines(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "splitlines", a, {"keepends"});
  const bool keep = b.flag(0, false);
  const std::string& text = v.text();
  in.work(16 * v.own_weight());
  std::vector<Value> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of("\r\n", at), text.size());
    const std::size_t next =
        end == text.size() ? end : end + (text.compare(end, 2, "\r\n") == 0 ? 2 : 1);
    lines.emplace_back(text.substr(at, (keep ? next : end) - at));
    at = next;
  }
  return Value::list(std::move(lines));
}

/// Whether the text begins or ends with one text, or with one of a tuple.
Value at_end(Interpreter& in, const Value& v, const Arguments& a, std::string_view name,
             bool begin) {
  const Bound b(in, name, a, {"text"});
  const Value& wanted = b.value(0);
  const auto fits = [&](const Value& w) {
    if (!w.is(Value::Kind::text)) in.fail(Fault::corrupt, cat(name, "() wants texts"));
    return begin ? v.text().starts_with(w.text()) : v.text().ends_with(w.text());
  };
  if (!wanted.is_tuple()) return Value(fits(wanted));
  return Value(std::any_of(wanted.items().begin(), wanted.items().end(), fits));
}

Value position(Interpreter& in, const Value& v, const Arguments& a, std::string_view name,
               bool last) {
  const Bound b(in, name, a, {"sub"});
  const std::string wanted = b.text(0);
  const std::size_t at = last ? v.text().rfind(wanted) : v.text().find(wanted);
  return at == std::string::npos ? Value(std::int64_t{-1})
                                 : Value(length_of(std::string_view{v.text()}.substr(0, at)));
}

Value count(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "count", a, {"sub"});
  const std::string wanted = b.text(0);
  if (wanted.empty()) return Value(length_of(v.text()) + 1);
  std::int64_t n = 0;
  for (std::size_t at = v.text().find(wanted); at != std::string::npos;
       at = v.text().find(wanted, at + wanted.size())) {
    ++n;
  }
  return Value(n);
}

Value join(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "join", a, {"items"});
  std::string out;
  bool first = true;
  for (const Value& item : in.items_of(b.value(0))) {
    if (!item.is(Value::Kind::text)) {
      in.fail(Fault::corrupt, cat("join() wants texts, not ", item.type_name()));
    }
    in.work(item.own_weight() + v.own_weight());
    if (!first) out += v.text();
    first = false;
    out += item.text();
  }
  return Value(std::move(out));
}

Value replace(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "replace", a, {"old", "new", "count"});
  return Value(replaced(in, v.text(), b.text(0), b.text(1), b.integer(2, -1)));
}

template <class Is>
Value all_characters(const Value& v, Is&& is) {
  const std::u32string letters = to_utf32(v.text());
  return Value(!letters.empty() && std::all_of(letters.begin(), letters.end(), is));
}

Value without_affix(Interpreter& in, const Value& v, const Arguments& a, std::string_view name,
                    bool begin) {
  const Bound b(in, name, a, {"text"});
  const std::string affix = b.text(0);
  const std::string& text = v.text();
  if (affix.empty() || !(begin ? text.starts_with(affix) : text.ends_with(affix))) return v;
  return Value(begin ? text.substr(affix.size()) : text.substr(0, text.size() - affix.size()));
}

Value no_arguments(Interpreter& in, const Arguments& a, std::string_view name, Value v) {
  const Bound b(in, name, a, {});
  return v;
}

constexpr std::array<Row, 24> kTextMethods = {{
    {"strip", [](Interpreter& in, const Value& v,
                 const Arguments& a) { return strip_by(in, v, a, "strip", true, true); }},
    {"lstrip", [](Interpreter& in, const Value& v,
                  const Arguments& a) { return strip_by(in, v, a, "lstrip", true, false); }},
    {"rstrip", [](Interpreter& in, const Value& v,
                  const Arguments& a) { return strip_by(in, v, a, "rstrip", false, true); }},
    {"split", split},
    {"rsplit", rsplit},
    {"splitlines", splitlines},
    {"startswith", [](Interpreter& in, const Value& v,
                      const Arguments& a) { return at_end(in, v, a, "startswith", true); }},
    {"endswith", [](Interpreter& in, const Value& v,
                    const Arguments& a) { return at_end(in, v, a, "endswith", false); }},
    {"find", [](Interpreter& in, const Value& v,
                const Arguments& a) { return position(in, v, a, "find", false); }},
    {"rfind", [](Interpreter& in, const Value& v,
                 const Arguments& a) { return position(in, v, a, "rfind", true); }},
    {"count", count},
    {"join", join},
    {"replace", replace},
    {"upper",
     [](Interpreter& in, const Value& v, const Arguments& a) {
       return no_arguments(in, a, "upper", Value(upper_case(v.text())));
     }},
    {"lower",
     [](Interpreter& in, const Value& v, const Arguments& a) {
       return no_arguments(in, a, "lower", Value(lower_case(v.text())));
     }},
    {"title",
     [](Interpreter& in, const Value& v, const Arguments& a) {
       return no_arguments(in, a, "title", Value(title_case(v.text())));
     }},
    {"capitalize",
     [](Interpreter& in, const Value& v, const Arguments& a) {
       return no_arguments(in, a, "capitalize", Value(capitalized(v.text())));
     }},
    {"isdigit",
     [](Interpreter& in, const Value& v, const Arguments& a) {
       return no_arguments(in, a, "isdigit",
                           all_characters(v, [](char32_t c) { return is_number(c); }));
     }},
    {"isalpha",
     [](Interpreter& in, const Value& v, const Arguments& a) {
       return no_arguments(in, a, "isalpha", all_characters(v, is_letter));
     }},
    {"isalnum",
     [](Interpreter& in, const Value& v, const Arguments& a) {
       return no_arguments(in, a, "isalnum", all_characters(v, [](char32_t c) {
                             return is_letter(c) || is_number(c);
                           }));
     }},
    {"isspace",
     [](Interpreter& in, const Value& v, const Arguments& a) {
       return no_arguments(in, a, "isspace", all_characters(v, is_white_space));
     }},
    {"removeprefix",
     [](Interpreter& in, const Value& v, const Arguments& a) {
       return without_affix(in, v, a, "removeprefix", true);
     }},
    {"removesuffix",
     [](Interpreter& in, const Value& v, const Arguments& a) {
       return without_affix(in, v, a, "removesuffix", false);
     }},
    {"encode",
     [](Interpreter& in, const Value&, const Arguments&) -> Value {
       in.fail(Fault::unsupported, "texts as bytes");
     }},
}};

Value map_get(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "get", a, {"key", "default"});
  const Value* found = v.find(b.value(0));
  if (found != nullptr) return *found;
  return b.find(1) != nullptr ? *b.find(1) : Value(nullptr);
}

Value map_parts(Interpreter& in, const Value& v, const Arguments& a, std::string_view name) {
  const Bound b(in, name, a, {});
  std::vector<Value> out;
  for (const auto& [key, value] : v.entries()) {
    out.push_back(name == "keys"     ? key
                  : name == "values" ? value
                                     : Value::list({key, value}, true));
  }
  return Value::list(std::move(out));
}

constexpr std::array<Row, 5> kMapMethods = {{
    {"get", map_get},
    {"keys", [](Interpreter& in, const Value& v,
                const Arguments& a) { return map_parts(in, v, a, "keys"); }},
    {"values", [](Interpreter& in, const Value& v,
                  const Arguments& a) { return map_parts(in, v, a, "values"); }},
    {"items", [](Interpreter& in, const Value& v,
                 const Arguments& a) { return map_parts(in, v, a, "items"); }},
    {"copy", [](Interpreter& in, const Value& v,
                const Arguments& a) { return no_arguments(in, a, "copy", v); }},
}};

Value list_index(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "index", a, {"value"});
  in.work(v.weight());
  const auto at = std::find(v.items().begin(), v.items().end(), b.value(0));
  if (at == v.items().end()) in.fail(Fault::corrupt, "index() of a value that is not in the list");
  return Value(static_cast<std::int64_t>(at - v.items().begin()));
}

Value list_count(Interpreter& in, const Value& v, const Arguments& a) {
  const Bound b(in, "count", a, {"value"});
  in.work(v.weight());
  return Value(
      static_cast<std::int64_t>(std::count(v.items().begin(), v.items().end(), b.value(0))));
}

Value no_change(Interpreter& in, const Value& v, const Arguments&) {
  in.fail(Fault::unsupported,
          cat("changing a ", v.type_name(), "; templates make new ones with '+'"));
}

constexpr std::array<Row, 7> kListMethods = {{
    {"index", list_index},
    {"count", list_count},
    {"append", no_change},
    {"extend", no_change},
    {"insert", no_change},
    {"pop", no_change},
    {"remove", no_change},
}};

template <std::size_t N>
Method method_of(const std::array<Row, N>& rows, std::string_view name) {
  const auto at =
      std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.name == name; });
  return at == rows.end() ? nullptr : at->call;
}

Method find_method(const Value& object, std::string_view name) {
  switch (object.kind()) {
    case Value::Kind::text: return method_of(kTextMethods, name);
    case Value::Kind::map: return method_of(kMapMethods, name);
    case Value::Kind::list: return method_of(kListMethods, name);
    default: return nullptr;
  }
}

}  // namespace

bool has_method(const Value& object, std::string_view name) {
  return find_method(object, name) != nullptr;
}

std::optional<Value> call_method(Interpreter& in, const Value& object, std::string_view name,
                                 const Arguments& arguments) {
  const Method method = find_method(object, name);
  if (method == nullptr) return std::nullopt;
  return method(in, object, arguments);
}

std::string stripped(std::string_view text, const std::u32string* characters, bool left,
                     bool right) {
  const auto goes = [&](char32_t c) {
    return characters == nullptr ? is_white_space(c) : characters->find(c) != std::u32string::npos;
  };
  while (left && !text.empty()) {
    const Utf8Char c = utf8_at(text, 0);
    if (!goes(c.value)) break;
    text.remove_prefix(c.size);
  }
  while (right && !text.empty()) {
    std::size_t at = text.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80) --at;
    if (!goes(utf8_at(text, at).value)) break;
    text.remove_suffix(text.size() - at);
  }
  return std::string(text);
}

std::string replaced(Interpreter& in, const std::string& text, const std::string& from,
                     const std::string& to, std::int64_t most) {
  std::string out;
  std::int64_t n = 0;
  std::size_t at = 0;
  while (most < 0 || n < most) {
    // An empty text is found before every character, and at the end.
    const std::size_t next =
        from.empty() ? (at <= text.size() ? at : std::string::npos) : text.find(from, at);
    if (next == std::string::npos) break;
    in.work(to.size());
    out.append(text, at, next - at);
    out += to;
    at = next + from.size();
    ++n;
    if (!from.empty()) continue;
    if (at >= text.size()) return out;
    const std::size_t size = utf8_at(text, at).size;
    out.append(text, at, size);
    at += size;
  }
  return out += text.substr(std::min(at, text.size()));
}

std::string title_case(std::string_view text) {
  std::string out;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Char c = utf8_at(text, at);
    const std::string_view letter = text.substr(at, c.size);
    at += c.size;
    const bool is = is_letter(c.value);
    out += !is ? std::string(letter) : inside ? lower_case(letter) : upper_case(letter);
    inside = is;
  }
  return out;
}

std::string capitalized(std::string_view text) {
  if (text.empty()) return {};
  const std::size_t size = utf8_at(text, 0).size;
  return upper_case(text.substr(0, size)) + lower_case(text.substr(size));
}

}  // namespace pare::templates
