#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/rng.hpp"
#include "base/text.hpp"
#include "ir/text.hpp"
#include "ir/text_syntax.hpp"

namespace pare {
namespace {

constexpr int kDeepest = 64;

/// Characters, white space and comments; keeps the place for messages.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  [[noreturn]] void fail(const std::string& want) {
    skip_space();
    std::size_t line = 1;
    std::size_t column = 1;
    for (const char c : text_.substr(0, at_)) {
      column = c == '\n' ? 1 : column + 1;
      if (c == '\n') ++line;
    }
    const std::string_view rest = text_.substr(at_, text_.substr(at_).find('\n')).substr(0, 12);
    const std::string got = rest.empty() ? "the end" : cat("'", escape_terminal(rest), "'");
    throw Error(Fault::corrupt,
                cat("line ", line, ", column ", column, ": want ", want, ", got ", got));
  }

  [[nodiscard]] bool at_end() {
    skip_space();
    return at_ == text_.size();
  }
  [[nodiscard]] char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(std::string_view token) {
    skip_space();
    if (text_.substr(at_, token.size()) != token) return false;
    at_ += token.size();
    return true;
  }
  void want(std::string_view token) {
    if (!take(token)) fail(cat("'", token, "'"));
  }
  /// `word` as a whole word.
  bool take_word(std::string_view word) {
    skip_space();
    const std::size_t end = at_ + word.size();
    if (text_.substr(at_, word.size()) != word) return false;
    if (end < text_.size() && text_syntax::continues_name(text_[end])) return false;
    at_ = end;
    return true;
  }
  /// As take_word, but only when a name follows: `input` may be a value's name too.
  bool take_keyword(std::string_view word) {
    const std::size_t before = at_;
    if (take_word(word)) {
      const char next = peek();
      if (next == '"' || text_syntax::begins_name(next)) return true;
    }
    at_ = before;
    return false;
  }

  std::string quoted() {
    want("\"");
    std::string out;
    while (at_ < text_.size() && text_[at_] != '"') {
      char c = text_[at_++];
      if (c == '\\' && at_ < text_.size()) {
        c = text_[at_++];
        if (c == 'n') {
          c = '\n';
        } else if (c == 'x') {
          c = static_cast<char>(hex_byte());
        }
      }
      out += c;
    }
    if (at_ == text_.size()) fail("a closing quote");
    ++at_;
    return out;
  }

  std::string name() {
    if (peek() == '"') return quoted();
    if (!text_syntax::begins_name(peek())) fail("a name");
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_syntax::continues_name(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  /// Letters, digits, signs and points of one number.
  std::string_view number() {
    const char first = peek();
    const std::size_t begin = at_;
    if (first == '-' || first == '+') ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool exponent = (c == '-' || c == '+') && (text_[at_ - 1] == 'e');
      if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && !exponent) break;
      ++at_;
    }
    std::string_view found = text_.substr(begin, at_ - begin);
    if (found.empty()) fail("a number");
    if (found.front() == '+') found.remove_prefix(1);
    return found;
  }

  template <class T>
  T parse(std::string_view text) {
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range || end != text.data() + text.size()) {
      at_ -= text.size();
      fail("a number in range");
    }
    return value;
  }
  template <class T>
  T number_as() {
    return parse<T>(number());
  }

  std::string digits_of_dim() {
    skip_space();
    const std::size_t begin = at_;
    while (at_ < text_.size() && (text_[at_] == '_' || text_[at_] == '.' ||
                                  std::isalnum(static_cast<unsigned char>(text_[at_])) != 0)) {
      ++at_;
    }
    if (begin == at_) fail("a size");
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::uint8_t hex_byte() {
    std::uint8_t value = 0;
    const auto part = text_.substr(at_, 2);
    const auto end = std::from_chars(part.data(), part.data() + part.size(), value, 16).ptr;
    if (part.size() < 2 || end != part.data() + 2) fail("two hexadecimal digits");
    at_ += 2;
    return value;
  }

  /// The place of the next token, to be given back before fail().
  [[nodiscard]] std::size_t place() {
    skip_space();
    return at_;
  }
  void back_to(std::size_t place) { at_ = place; }

  void enter() {
    if (++depth_ > kDeepest) fail(cat("at most ", kDeepest, " levels"));
  }
  void leave() { --depth_; }

 private:
  void skip_space() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0) {
        ++at_;
      } else {
        return;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

// --- types

Dim parse_sum(Scanner& in);

Dim parse_operand(Scanner& in) {
  if (in.peek() == '"') return Dim::symbol(in.quoted());
  if (in.take("(")) {
    in.enter();
    Dim inner = parse_sum(in);
    in.leave();
    in.want(")");
    return inner;
  }
  const std::string word = in.digits_of_dim();
  if (word == "floor" && in.take("(")) {
    in.enter();
    const Dim above = parse_sum(in);
    in.want("/");
    const Dim below = parse_sum(in);
    in.leave();
    in.want(")");
    return floor_div(above, below);
  }
  if (std::isdigit(static_cast<unsigned char>(word.front())) != 0) {
    return in.parse<std::int64_t>(word);
  }
  return Dim::symbol(word);
}

Dim parse_product(Scanner& in) {
  const bool minus = in.take("-");
  Dim value = parse_operand(in);
  while (in.take("*")) value = value * parse_operand(in);
  return minus ? Dim(-1) * value : value;
}

Dim parse_sum(Scanner& in) {
  Dim value = parse_product(in);
  while (true) {
    if (in.take("+")) {
      value = value + parse_product(in);
    } else if (in.take("-")) {
      value = value - parse_product(in);
    } else {
      return value;
    }
  }
}

DType parse_dtype(Scanner& in) {
  const std::string name = in.digits_of_dim();
  const DType type = dtype_by_name(name);
  if (!type.valid() && name != "undefined") in.fail(cat("an element type instead of ", name));
  return type;
}

std::shared_ptr<const ValueType> parse_element(Scanner& in);

ValueType parse_type(Scanner& in) {
  ValueType type;
  if (in.take("seq(")) {
    type.kind = ValueType::Kind::sequence;
    type.element = parse_element(in);
    in.want(")");
    return type;
  }
  if (in.take("optional(")) {
    type.kind = ValueType::Kind::optional;
    type.element = parse_element(in);
    in.want(")");
    return type;
  }
  if (in.take("map(")) {
    type.kind = ValueType::Kind::map;
    type.key = parse_dtype(in);
    in.want(",");
    type.element = parse_element(in);
    in.want(")");
    return type;
  }
  type.dtype = parse_dtype(in);
  in.want("[");
  if (in.take("...]")) return type;
  type.shape.emplace();
  while (!in.take("]")) {
    if (!type.shape->empty()) in.want(",");
    type.shape->push_back(in.take("?") ? Dim::unknown() : parse_sum(in));
  }
  return type;
}

std::shared_ptr<const ValueType> parse_element(Scanner& in) {
  if (in.take("?")) return nullptr;
  in.enter();
  auto element = std::make_shared<const ValueType>(parse_type(in));
  in.leave();
  return element;
}

// --- tensors

template <class T>
std::vector<T> parse_numbers(Scanner& in) {
  std::vector<T> values;
  in.want("[");
  while (!in.take("]")) {
    if (!values.empty()) in.want(",");
    if (in.take_word("true")) {
      values.push_back(T{1});
    } else if (in.take_word("false")) {
      values.push_back(T{0});
    } else {
      values.push_back(in.number_as<T>());
    }
  }
  return values;
}

std::vector<std::string> parse_texts(Scanner& in) {
  std::vector<std::string> values;
  in.want("[");
  while (!in.take("]")) {
    if (!values.empty()) in.want(",");
    values.push_back(in.quoted());
  }
  return values;
}

template <class T>
Tensor filled(Scanner& in, const Shape& shape, const std::vector<T>& values) {
  const std::int64_t count = element_count(shape);
  if (count != static_cast<std::int64_t>(values.size())) {
    in.fail(cat(count, " values for ", to_string(shape), " instead of ", values.size()));
  }
  return Tensor::of<T>(shape, values);
}

/// rand(seed), rand(seed, low, high), fill(value): a value per element.
Tensor generated(Scanner& in, DType type, const Shape& shape, bool random) {
  constexpr std::int64_t kMost = std::int64_t{1} << 24;
  const std::int64_t count = element_count(shape);
  if (count > kMost) in.fail(cat("at most ", kMost, " values"));
  std::vector<double> values(static_cast<std::size_t>(count));
  if (random) {
    Rng rng(in.number_as<std::uint64_t>());
    double low = -1;
    double high = 1;
    if (in.take(",")) {
      low = in.number_as<double>();
      in.want(",");
      high = in.number_as<double>();
    }
    for (double& v : values) v = low + (high - low) * static_cast<double>(rng.uniform());
  } else {
    std::fill(values.begin(), values.end(), in.number_as<double>());
  }
  in.want(")");
  return Tensor::of<double>(shape, values).cast(type);
}

Tensor parse_values(Scanner& in, DType type, const Shape& shape) {
  if (in.take("rand(")) return generated(in, type, shape, true);
  if (in.take("fill(")) return generated(in, type, shape, false);
  if (in.take("bytes(")) {
    std::vector<std::byte> bytes;
    while (!in.take(")")) bytes.push_back(static_cast<std::byte>(in.hex_byte()));
    if (type == ElementKind::string || byte_size(type, element_count(shape)) != bytes.size()) {
      in.fail(cat(type.name(), to_string(shape), " in another number of bytes"));
    }
    Tensor out(type, shape);
    std::copy(bytes.begin(), bytes.end(), out.mutable_bytes().begin());
    return out;
  }
  switch (type.kind()) {
    case ElementKind::string: return filled(in, shape, parse_texts(in));
    case ElementKind::u64: return filled(in, shape, parse_numbers<std::uint64_t>(in));
    case ElementKind::f64: return filled(in, shape, parse_numbers<double>(in));
    default: break;
  }
  if (type.is_integer() && type.bits_per_value() >= 8) {
    return filled(in, shape, parse_numbers<std::int64_t>(in)).cast(type);
  }
  if (type == ElementKind::f32) return filled(in, shape, parse_numbers<float>(in));
  return filled(in, shape, parse_numbers<double>(in)).cast(type);
}

/// The type of a constant: all sizes are numbers.
std::pair<DType, Shape> parse_tensor_type(Scanner& in) {
  const ValueType type = parse_type(in);
  const auto shape = type.shape ? to_numbers(*type.shape) : std::nullopt;
  if (!type.dtype.valid() || !shape) in.fail("an element type and sizes that are numbers");
  return {type.dtype, *shape};
}

Tensor parse_tensor(Scanner& in) {
  in.want("tensor(");
  const auto [type, shape] = parse_tensor_type(in);
  in.want(",");
  Tensor out = parse_values(in, type, shape);
  in.want(")");
  return out;
}

// --- graphs

class Parser {
 public:
  explicit Parser(std::string_view text) : in_(text) {}

  void whole(Graph& g) {
    statements(g);
    if (!in_.at_end()) in_.fail("a statement");
  }

 private:
  void statements(Graph& g) {
    in_.enter();
    while (!in_.at_end() && in_.peek() != '}') statement(g);
    in_.leave();
  }

  void statement(Graph& g) {
    if (in_.take_keyword("input")) {
      const std::string name = new_name(g);
      in_.want(":");
      g.add_input(name, parse_type(in_));
    } else if (in_.take_keyword("const")) {
      const std::string name = new_name(g);
      in_.want(":");
      const auto [type, shape] = parse_tensor_type(in_);
      in_.want("=");
      g.rename(g.add_constant(parse_values(in_, type, shape), name), name);
    } else if (in_.take_keyword("output")) {
      do g.add_output(value(g));
      while (in_.take(","));
    } else if (in_.take_keyword("name")) {
      g.set_name(in_.name());
    } else {
      node(g);
    }
  }

  std::string new_name(const Graph& g) {
    const std::size_t place = in_.place();
    std::string name = in_.name();
    check_new(g, name, place);
    return name;
  }

  Value* value(const Graph& g) {
    const std::size_t place = in_.place();
    Value* found = g.find(in_.name());
    if (found == nullptr) {
      in_.back_to(place);
      in_.fail("the name of a value above");
    }
    return found;
  }

  void check_new(const Graph& g, const std::string& name, std::size_t place) {
    if (!name.empty() && g.find(name) == nullptr) return;
    in_.back_to(place);
    in_.fail("a name that is not taken");
  }

  void node(Graph& g) {
    NodeSpec spec;
    spec.output_names.clear();
    std::vector<ValueType> types;
    std::vector<bool> omitted;
    std::size_t place = in_.place();
    std::string word = in_.name();
    const bool has_outputs = in_.peek() != '(' && !in_.take("::");
    if (has_outputs) {
      while (true) {
        omitted.push_back(word == "_");
        if (!omitted.back()) check_new(g, word, place);
        spec.output_names.push_back(omitted.back() ? std::string() : word);
        types.push_back(in_.take(":") ? parse_type(in_) : ValueType());
        if (!in_.take(",")) break;
        place = in_.place();
        word = in_.name();
      }
      in_.want("=");
      word = in_.name();
      if (in_.take("::")) {
        spec.domain = std::move(word);
        word = in_.name();
      }
    } else if (in_.peek() != '(') {
      spec.domain = std::move(word);
      word = in_.name();
    }
    spec.op = std::move(word);
    in_.want("(");
    bool first = true;
    while (!in_.take(")")) {
      if (!first) in_.want(",");
      first = false;
      spec.inputs.push_back(in_.take_word("_") ? nullptr : value(g));
    }
    if (in_.take("{")) attributes(g, spec.attributes);
    if (in_.take("@")) spec.name = in_.name();
    Node* node = g.add_node(std::move(spec));
    for (std::size_t i = 0; i < types.size(); ++i) {
      node->output(i)->set_type(std::move(types[i]));
      if (omitted[i]) node->omit_output(i);
    }
  }

  void attributes(Graph& g, Attributes& all) {
    while (!in_.take("}")) {
      if (!all.empty()) in_.want(",");
      std::string name = in_.name();
      in_.want("=");
      all.insert_or_assign(std::move(name), attribute(g));
    }
  }

  Attribute attribute(Graph& g) {
    const char next = in_.peek();
    if (next == '"') return in_.quoted();
    if (next == '[') return list();
    if (in_.take("ints[")) return empty(std::vector<std::int64_t>{});
    if (in_.take("floats[")) return empty(std::vector<float>{});
    if (in_.take("texts[")) return empty(std::vector<std::string>{});
    if (in_.take("tensors[")) {
      std::vector<Tensor> all;
      while (!in_.take("]")) {
        if (!all.empty()) in_.want(",");
        all.push_back(parse_tensor(in_));
      }
      return all;
    }
    if (in_.take("graphs[")) {
      std::vector<std::shared_ptr<Graph>> all;
      while (!in_.take("]")) {
        if (!all.empty()) in_.want(",");
        in_.want("graph");
        all.push_back(body(g));
      }
      return all;
    }
    if (in_.take_word("graph")) return body(g);
    if (in_.take("type(")) {
      ValueType type = parse_type(in_);
      in_.want(")");
      return type;
    }
    if (next == 't') return parse_tensor(in_);
    const std::string_view number = in_.number();
    if (is_integer(number)) return in_.parse<std::int64_t>(number);
    return in_.parse<float>(number);
  }

  template <class T>
  Attribute empty(T none) {
    in_.want("]");
    return none;
  }

  static bool is_integer(std::string_view number) {
    return number.find_first_not_of("+-0123456789") == std::string_view::npos;
  }

  /// The first element says of what.
  Attribute list() {
    in_.want("[");
    std::vector<std::string> texts;
    std::vector<std::int64_t> ints;
    std::vector<float> reals;
    while (!in_.take("]")) {
      const bool first = texts.empty() && ints.empty() && reals.empty();
      if (!first) in_.want(",");
      if (!texts.empty() || (first && in_.peek() == '"')) {
        texts.push_back(in_.quoted());
        continue;
      }
      const std::string_view number = in_.number();
      if (!reals.empty() || !is_integer(number)) {
        if (!ints.empty()) in_.fail("integers only, or a point in the first number, before this");
        reals.push_back(in_.parse<float>(number));
      } else {
        ints.push_back(in_.parse<std::int64_t>(number));
      }
    }
    if (!texts.empty()) return texts;
    if (!reals.empty()) return reals;
    if (ints.empty()) in_.fail("ints[], floats[] or texts[] for an empty list before this");
    return ints;
  }

  std::shared_ptr<Graph> body(Graph& outer) {
    auto g = Graph::make_body(outer);
    in_.want("{");
    statements(*g);
    in_.want("}");
    return g;
  }

  Scanner in_;
};

}  // namespace

std::unique_ptr<Graph> parse_graph(std::string_view text) {
  auto graph = std::make_unique<Graph>();
  Parser(text).whole(*graph);
  return graph;
}

}  // namespace pare
