#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace pare::templates {

class Interpreter;
class Value;

/// What a name is that means nothing: false, empty, and an error when something is done with it.
struct Undefined {
  std::string what;  ///< for messages
};

struct ListData;
struct MapData;

/// The object of namespace(...): the only one that can change.
struct SpaceData;

/// What a call brings along.
struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
};

struct FunctionData {
  std::string name;
  std::function<Value(Interpreter&, const Arguments&)> call;
};

/// Depth of lists and objects within each other that values may have, and the bytes that one may
/// take when it is written out: a list that holds another twice counts it twice.
inline constexpr int kDeepestValue = 100;
inline constexpr std::uint64_t kHeaviestValue = std::uint64_t{64} << 20;

/// A value in a template, with the meaning that Python gives it. Does not change, apart from the
/// members of a namespace, so that copies can share it.
class Value {
 public:
  enum class Kind : std::uint8_t {
    undefined,
    none,
    boolean,
    integer,
    real,
    text,
    list,
    map,
    space,
    function
  };

  Value() : v_(Undefined{}) {}
  explicit Value(Undefined u) : v_(std::move(u)) {}
  explicit Value(std::nullptr_t) : v_(nullptr) {}
  explicit Value(bool b) : v_(b) {}
  explicit Value(std::int64_t i) : v_(i) {}
  explicit Value(double d) : v_(d) {}
  explicit Value(std::string s) : v_(std::make_shared<const std::string>(std::move(s))) {}
  explicit Value(const char* s) : Value(std::string(s)) {}
  explicit Value(std::shared_ptr<SpaceData> s) : v_(std::move(s)) {}
  explicit Value(FunctionData f) : v_(std::make_shared<const FunctionData>(std::move(f))) {}
  /// Errors: Fault::resource beyond kDeepestValue or kHeaviestValue; Fault::unsupported when a
  /// namespace is in it.
  static Value list(std::vector<Value> items, bool tuple = false);
  /// Of equal keys the last counts. Errors: as list(); Fault::corrupt for keys that cannot be keys.
  static Value map(std::vector<std::pair<Value, Value>> items);
  /// Errors: as list().
  static Value from_json(const nlohmann::ordered_json& j);

  [[nodiscard]] Kind kind() const noexcept { return static_cast<Kind>(v_.index()); }
  [[nodiscard]] bool is(Kind k) const noexcept { return kind() == k; }
  [[nodiscard]] bool is_undefined() const noexcept { return is(Kind::undefined); }
  /// Integers, truth values and reals.
  [[nodiscard]] bool is_number() const noexcept {
    return is(Kind::boolean) || is(Kind::integer) || is(Kind::real);
  }
  /// Integers and truth values.
  [[nodiscard]] bool is_whole() const noexcept { return is(Kind::boolean) || is(Kind::integer); }

  [[nodiscard]] const std::string& text() const { return *std::get<5>(v_); }
  [[nodiscard]] const std::vector<Value>& items() const;
  [[nodiscard]] bool is_tuple() const;
  [[nodiscard]] const std::vector<std::pair<Value, Value>>& entries() const;
  /// Entry of a map; null when there is none.
  [[nodiscard]] const Value* find(const Value& key) const;
  [[nodiscard]] SpaceData& space() const { return *std::get<8>(v_); }
  [[nodiscard]] const FunctionData& function() const { return *std::get<9>(v_); }
  [[nodiscard]] const Undefined& undefined() const { return std::get<0>(v_); }
  /// Of is_whole().
  [[nodiscard]] std::int64_t integer() const;
  /// Of is_number().
  [[nodiscard]] double real() const;

  /// Whether an `if` takes it for true.
  [[nodiscard]] bool truth() const;
  /// "string", "list", ... for messages.
  [[nodiscard]] std::string_view type_name() const;
  [[nodiscard]] int depth() const;
  /// About the bytes that it takes when it is written out, and those of its own items only.
  [[nodiscard]] std::uint64_t weight() const;
  [[nodiscard]] std::uint64_t own_weight() const;

  friend bool operator==(const Value& a, const Value& b);

 private:
  std::variant<Undefined, std::nullptr_t, bool, std::int64_t, double,
               std::shared_ptr<const std::string>, std::shared_ptr<const ListData>,
               std::shared_ptr<const MapData>, std::shared_ptr<SpaceData>,
               std::shared_ptr<const FunctionData>>
      v_;
};

struct ListData {
  std::vector<Value> items;
  bool tuple = false;
  int depth = 1;
  std::uint64_t weight = 0;
};

struct MapData {
  std::vector<std::pair<Value, Value>> entries;
  std::unordered_map<std::string, std::size_t> index;
  int depth = 1;
  std::uint64_t weight = 0;
};

struct SpaceData {
  std::map<std::string, Value, std::less<>> members;
};

/// As Python's str() and repr().
std::string to_text(const Value& v);
std::string to_repr(const Value& v);
/// 0.1 -> "0.1", 1e16 -> "1e+16", 2 -> "2.0".
std::string real_text(double d);

struct JsonStyle {
  int indent = -1;  ///< blanks for each level; below 0: one line
  std::string item_separator = ", ";
  std::string key_separator = ": ";
  bool ascii_only = false;
  bool sort_keys = false;
};
/// As Python's json.dumps(). Errors: Fault::usage for what JSON cannot hold.
std::string to_json(const Value& v, const JsonStyle& style);

/// Whether a < b: numbers, texts, and lists by their first difference; nothing for other pairs.
std::optional<bool> less_than(const Value& a, const Value& b);

/// Number of characters of UTF-8.
std::int64_t length_of(std::string_view text);

}  // namespace pare::templates
