#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/suggest.hpp"
#include "base/text.hpp"

namespace pare {

using OptionValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;
/// Options as written in a recipe. Sorted, so that equal options print equally.
using OptionMap = std::map<std::string, OptionValue>;

/// YAML scalar or flow list.
std::string to_text(const OptionValue& value);

/// One option of a method: the single home of its name, type, range, default and help.
struct OptionInfo {
  enum class Kind : std::uint8_t { flag, integer, real, text, texts };
  std::string name;
  Kind kind = Kind::text;
  std::string help;
  OptionValue otherwise;
  std::vector<std::string> choices;  ///< text: the allowed values; empty = any
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
};

/// The options of a method as a table over a plain struct. parse() checks names, types, ranges and
/// choices; Fault::config names the option and what is accepted.
template <class Options>
class OptionTable {
 public:
  OptionTable& flag(std::string name, bool Options::*member, std::string help) {
    return add(std::move(name), OptionInfo::Kind::flag, member, std::move(help));
  }
  OptionTable& integer(std::string name, std::int64_t Options::*member, std::string help) {
    return add(std::move(name), OptionInfo::Kind::integer, member, std::move(help));
  }
  OptionTable& real(std::string name, double Options::*member, std::string help) {
    return add(std::move(name), OptionInfo::Kind::real, member, std::move(help));
  }
  OptionTable& text(std::string name, std::string Options::*member, std::string help) {
    return add(std::move(name), OptionInfo::Kind::text, member, std::move(help));
  }
  OptionTable& texts(std::string name, std::vector<std::string> Options::*member,
                     std::string help) {
    return add(std::move(name), OptionInfo::Kind::texts, member, std::move(help));
  }
  /// Limits of the option added last.
  OptionTable& between(double least, double most) {
    rows_.back().info.least = least;
    rows_.back().info.most = most;
    return *this;
  }
  OptionTable& one_of(const std::vector<std::string>& choices) {
    rows_.back().info.choices = choices;
    return *this;
  }

  [[nodiscard]] std::vector<OptionInfo> infos() const {
    std::vector<OptionInfo> out;
    for (const Row& row : rows_) out.push_back(row.info);
    return out;
  }

  [[nodiscard]] Options parse(const OptionMap& given) const {
    Options options;
    for (const auto& entry : given) {  // clang 14 captures no structured binding
      const std::string& name = entry.first;
      const auto row = std::find_if(rows_.begin(), rows_.end(),
                                    [&](const Row& r) { return r.info.name == name; });
      if (row == rows_.end()) {
        std::vector<std::string> known;
        for (const Row& r : rows_) known.push_back(r.info.name);
        throw Error(Fault::config,
                    cat("unknown option '", escape_terminal(name), "'", suggestion(name, known),
                        "; known are: ", join(known, ", ")));
      }
      row->set(options, row->info, entry.second);
    }
    return options;
  }

 private:
  struct Row {
    OptionInfo info;
    std::function<void(Options&, const OptionInfo&, const OptionValue&)> set;
  };

  template <class T>
  OptionTable& add(std::string name, OptionInfo::Kind kind, T Options::*member, std::string help) {
    OptionInfo info;
    info.name = std::move(name);
    info.kind = kind;
    info.help = std::move(help);
    info.otherwise = Options{}.*member;
    rows_.push_back(
        {std::move(info), [member](Options& o, const OptionInfo& i, const OptionValue& v) {
           o.*member = convert<T>(i, v);
         }});
    return *this;
  }

  template <class T>
  static T convert(const OptionInfo& info, const OptionValue& value) {
    std::optional<T> out;
    if (const T* exact = std::get_if<T>(&value)) out = *exact;
    if constexpr (std::is_same_v<T, double>) {
      if (const auto* whole = std::get_if<std::int64_t>(&value)) {
        out = static_cast<double>(*whole);
      }
    }
    if constexpr (std::is_same_v<T, std::vector<std::string>>) {
      if (const auto* one = std::get_if<std::string>(&value)) out = T{*one};
    }
    const bool wrong_type = !out;
    bool wrong_value = false;
    if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::int64_t>) {
      wrong_value = out && !(static_cast<double>(*out) >= info.least &&
                             static_cast<double>(*out) <= info.most);
    }
    if constexpr (std::is_same_v<T, std::string>) {
      wrong_value = out && !info.choices.empty() &&
                    std::find(info.choices.begin(), info.choices.end(), *out) == info.choices.end();
    }
    if (wrong_type || wrong_value) {
      std::string accepted =
          info.choices.empty() ? cat(info.least, " to ", info.most) : join(info.choices, ", ");
      const auto* word = std::get_if<std::string>(&value);
      throw Error(Fault::config, cat("option '", info.name, "' cannot be ", to_text(value),
                                     word != nullptr ? suggestion(*word, info.choices) : "",
                                     "; accepted: ", accepted));
    }
    return *out;
  }

  std::vector<Row> rows_;
};

}  // namespace pare
