#pragma once

#include <charconv>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>

namespace meals {

/// Wrong use of a program; its text is for the user.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// `--name value` pairs of a command line.
class Arguments {
 public:
  /// Throws UsageError at a name outside `known`, a name given twice or a missing value.
  Arguments(int argc, const char* const* argv, const std::set<std::string_view>& known) {
    for (int i = 1; i < argc; i += 2) {
      const std::string_view name = argv[i];
      if (!known.contains(name)) throw UsageError("unknown option " + std::string(name));
      if (i + 1 == argc) throw UsageError(std::string(name) + " needs a value");
      if (!values_.emplace(name, argv[i + 1]).second) {
        throw UsageError(std::string(name) + " is given twice");
      }
    }
  }
  bool has(std::string_view name) const { return values_.contains(name); }
  std::string text(std::string_view name, std::string_view otherwise) const {
    const auto found = values_.find(name);
    return std::string(found == values_.end() ? otherwise : found->second);
  }
  /// An integer in [low, high].
  std::int64_t integer(std::string_view name, std::int64_t otherwise, std::int64_t low,
                       std::int64_t high) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return otherwise;
    const std::string_view t = found->second;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(t.data(), t.data() + t.size(), value);
    if (error != std::errc() || end != t.data() + t.size() || value < low || value > high) {
      throw UsageError(std::string(name) + " must be a whole number from " + std::to_string(low) +
                       " to " + std::to_string(high) + ", got '" + std::string(t) + "'");
    }
    return value;
  }

 private:
  std::map<std::string_view, std::string_view> values_;
};

}  // namespace meals
