#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/templates/chat_template.hpp"
#include "data/templates/syntax.hpp"
#include "data/templates/value.hpp"

namespace pare::templates {

/// Runs the tree of a template within limits.
class Interpreter {
 public:
  explicit Interpreter(const RenderLimits& limits) : limits_(limits) {}

  void set(const std::string& name, Value v) { frames_[0].names[name] = std::move(v); }
  /// Errors: those of the template, with line and column.
  std::string run(const Block& tree);

  // For functions, filters and tests:

  /// Counts work of so many bytes. Errors: Fault::resource when there has been too much.
  void work(std::uint64_t bytes);
  [[noreturn]] void fail(Fault fault, const std::string& message) const {
    fail_at(here_, fault, message);
  }
  /// Errors: Fault::corrupt when `f` is no function.
  Value call(const Value& f, const Arguments& arguments);
  /// Errors: Fault::corrupt for a filter that there is not.
  Value filter(const std::string& name, const Value& subject, const Arguments& arguments);
  bool test(const std::string& name, const Value& subject, const Arguments& arguments);
  /// What `object.name` or `object[name]` is; undefined when there is none. Errors: Fault::corrupt
  /// when the object is undefined itself.
  Value member(const Value& object, std::string_view name);
  /// The items that a loop over `v` goes through. Errors: Fault::corrupt when it has none.
  std::vector<Value> items_of(const Value& v);
  [[nodiscard]] std::time_t now() const noexcept { return limits_.now; }

 private:
  struct Frame {
    std::unordered_map<std::string, Value> names;
    bool whole = false;  ///< behind it, only names of the template itself are seen
  };
  enum class Flow { on, next, leave };

  Flow block(const Block& b, std::string& out);
  Flow statement(const Statement& s, std::string& out);
  Flow condition(const Statement& s, std::string& out);
  Flow loop(const Statement& s, std::string& out);
  Flow loop_body(const Statement& s, const std::vector<Value>& items, std::string& out);
  void assign(const Statement& s);
  void bind(const Target& target, const Value& v);
  Value macro(const Statement& s, const std::string& name);
  Value run_macro(const Statement& s, const Arguments& arguments);
  [[nodiscard]] const Value* find(const std::string& name) const;
  void bind_parameters(const Statement& s, const Arguments& arguments);
  void call_block(const Statement& s, std::string& out);
  std::string text_of(const Block& b);
  void write(std::string_view text, std::string& out);

  Value eval(const Expression& e);
  Value eval_kind(const Expression& e);
  Value name(const Expression& e);
  Value index(const Value& object, const Value& key);
  Value slice(const Expression& e);
  Value call_expression(const Expression& e);
  Value comparison(const Expression& e);
  bool compare(const std::string& sign, const Value& a, const Value& b);
  Value unary(const Expression& e);
  Value conditional(const Expression& e);
  Value list(const Expression& e);
  Value map(const Expression& e);
  Arguments arguments(const CallParts& call);

  const RenderLimits limits_;
  std::vector<Frame> frames_ = std::vector<Frame>(1);
  Place here_;
  std::uint64_t steps_ = 0;
  std::uint64_t work_ = 0;
  std::uint64_t written_ = 0;
  int depth_ = 0;
};

/// a sign b, for + - * / // % ** ~. Errors: Fault::corrupt for types that the sign does not take;
/// Fault::unsupported for whole numbers beyond 64 bits.
Value binary(Interpreter& in, const std::string& sign, const Value& a, const Value& b);
/// Whether `a` is in `b`.
bool contains(Interpreter& in, const Value& b, const Value& a);

/// A method of texts, lists and mappings; nothing when the object has none of that name.
std::optional<Value> call_method(Interpreter& in, const Value& object, std::string_view name,
                                 const Arguments& arguments);
bool has_method(const Value& object, std::string_view name);

/// Texts that several filters and methods share. White space is Unicode's.
std::string stripped(std::string_view text, const std::u32string* characters, bool left,
                     bool right);
std::string replaced(Interpreter& in, const std::string& text, const std::string& from,
                     const std::string& to, std::int64_t most);
std::string title_case(std::string_view text);
std::string capitalized(std::string_view text);

/// range, dict, namespace, raise_exception and strftime_now.
void add_functions(Interpreter& in);

/// Arguments by position or name. Errors: Fault::corrupt for those that are missing, unknown or of
/// another type.
class Bound {
 public:
  Bound(Interpreter& in, std::string_view function, const Arguments& arguments,
        std::initializer_list<std::string_view> names);

  /// Null when it was not given.
  [[nodiscard]] const Value* find(std::size_t i) const { return values_[i]; }
  [[nodiscard]] const Value& value(std::size_t i) const;
  [[nodiscard]] std::string text(std::size_t i) const;
  [[nodiscard]] std::string text(std::size_t i, std::string_view otherwise) const;
  [[nodiscard]] std::int64_t integer(std::size_t i, std::int64_t otherwise) const;
  [[nodiscard]] bool flag(std::size_t i, bool otherwise) const;

 private:
  [[noreturn]] void wrong(std::size_t i, std::string_view wanted) const;

  Interpreter& in_;
  std::string function_;
  std::vector<std::string_view> names_;
  std::vector<const Value*> values_;
};

}  // namespace pare::templates
