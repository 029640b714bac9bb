#include "compress/recipe.hpp"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>

#include "base/text.hpp"
#include "compress/schemes.hpp"

namespace pare {
namespace {

bool is_plain(const std::string& text) {
  if (text.empty() || text == "true" || text == "false" || text == "null") return false;
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '/' || c == '-';
  };
  const unsigned char first = static_cast<unsigned char>(text.front());
  return std::all_of(text.begin(), text.end(), plain) && std::isalpha(first) != 0;
}

std::string in_quotes(const std::string& text) {
  if (is_plain(text)) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out += "\\x";
      out += kHex[static_cast<unsigned char>(c) >> 4U];
      out += kHex[static_cast<unsigned char>(c) & 15U];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

OptionValue parse_scalar(const std::string& text, bool quoted_scalar) {
  if (!quoted_scalar) {
    if (text == "true") return true;
    if (text == "false") return false;
    std::int64_t whole = 0;
    const char* end = text.data() + text.size();
    if (const auto r = std::from_chars(text.data(), end, whole);
        r.ec == std::errc() && r.ptr == end) {
      return whole;
    }
    double real = 0;
    if (const auto r = std::from_chars(text.data(), end, real);
        r.ec == std::errc() && r.ptr == end) {
      return real;
    }
  }
  return text;
}

[[noreturn]] void fail_at(const YAML::Mark& mark, const std::string& why) {
  throw Error(Fault::config, cat("recipe line ", mark.line + 1, ": ", why));
}

OptionValue parse_value(const YAML::Node& node, const std::string& name) {
  if (node.IsScalar()) return parse_scalar(node.Scalar(), node.Tag() == "!");
  if (node.IsSequence()) {
    std::vector<std::string> items;
    for (const auto& item : node) {
      if (!item.IsScalar()) fail_at(item.Mark(), cat("option '", name, "' nests too deep"));
      items.push_back(item.Scalar());
    }
    return items;
  }
  fail_at(node.Mark(), cat("option '", name, "' needs a value or a list"));
}

RecipeStep parse_step(const YAML::Node& node) {
  RecipeStep step;
  if (node.IsScalar()) {
    step.method = node.Scalar();
  } else if (node.IsMap() && node.size() == 1) {
    const auto entry = *node.begin();
    step.method = entry.first.Scalar();
    if (entry.second.IsMap()) {
      for (const auto& option : entry.second) {
        const std::string name = option.first.Scalar();
        step.options[name] = parse_value(option.second, name);
      }
    } else if (!entry.second.IsNull()) {
      fail_at(entry.second.Mark(), cat("'", step.method, "' needs options in braces"));
    }
  } else {
    fail_at(node.Mark(), "a step is '- method: {option: value}'");
  }
  try {
    find_method(step.method).check(step.options);
  } catch (const Error& e) {
    fail_at(node.Mark(), cat(step.method, ": ", e.message()));
  }
  return step;
}

}  // namespace

std::string to_text(const OptionValue& value) {
  struct Visitor {
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(std::int64_t i) const { return cat(i); }
    std::string operator()(double d) const {
      std::array<char, 40> text{};
      const auto r = std::to_chars(text.data(), text.data() + text.size(), d);
      std::string out(text.data(), r.ptr);
      if (out.find_first_of(".en") == std::string::npos) out += ".0";
      return out;
    }
    std::string operator()(const std::string& s) const { return in_quotes(s); }
    std::string operator()(const std::vector<std::string>& list) const {
      std::string out = "[";
      for (std::size_t i = 0; i < list.size(); ++i) out += (i > 0 ? ", " : "") + in_quotes(list[i]);
      return out + "]";
    }
  };
  return std::visit(Visitor{}, value);
}

std::string Recipe::yaml() const {
  std::string out = steps.empty() ? "steps: []\n" : "steps:\n";
  for (const RecipeStep& step : steps) {
    out += cat("  - ", step.method, ": {");
    bool first = true;
    for (const auto& [name, value] : step.options) {
      out += cat(first ? "" : ", ", name, ": ", to_text(value));
      first = false;
    }
    out += "}\n";
  }
  return out;
}

std::string Recipe::summary() const {
  std::vector<std::string> parts;
  for (const RecipeStep& step : steps) {
    std::string part = step.method;
    for (const auto& [name, value] : step.options) {
      const auto* list = std::get_if<std::vector<std::string>>(&value);
      if (list != nullptr) {
        if (!list->empty()) part += cat(" ", name, "=", list->size(), " layers");
      } else if (name == "scheme" || name == "calibration" || name == "format") {
        part += cat(" ", to_text(value));
      } else {
        part += cat(" ", name, "=", to_text(value));
      }
    }
    parts.push_back(std::move(part));
  }
  return parts.empty() ? "original" : join(parts, " + ");
}

bool Recipe::needs_calibration() const {
  return std::any_of(steps.begin(), steps.end(), [](const RecipeStep& step) {
    return find_method(step.method).needs_samples(step.options);
  });
}

Recipe parse_recipe(std::string_view yaml) {
  constexpr std::size_t kLargest = std::size_t{1} << 20;
  if (yaml.size() > kLargest) throw Error(Fault::config, "the recipe is larger than 1 MiB");
  Recipe recipe;
  try {
    const YAML::Node root = YAML::Load(std::string(yaml));
    if (!root.IsMap() || !root["steps"] || !root["steps"].IsSequence()) {
      throw Error(Fault::config, "a recipe is a map with a list named 'steps'");
    }
    for (const auto& entry : root) {
      if (entry.first.Scalar() != "steps") {
        fail_at(entry.first.Mark(),
                cat("unknown key '", entry.first.Scalar(), "'; the only key is 'steps'"));
      }
    }
    for (const auto& step : root["steps"]) recipe.steps.push_back(parse_step(step));
  } catch (const YAML::Exception& e) {
    throw Error(Fault::config, cat("recipe line ", e.mark.line + 1, ": ", e.msg));
  }
  return recipe;
}

void run_recipe(Model& model, const Recipe& recipe, MethodContext& context) {
  name_all_nodes(*model.graph);
  context.prefix.clear();
  context.exact.reset();
  for (const RecipeStep& step : recipe.steps) {
    const MethodDef& method = find_method(step.method);
    if (context.exact == nullptr && method.rounds) {
      context.exact = std::shared_ptr<const Graph>(model.graph->clone());
      context.exact_prefix = context.prefix;
    }
    during([&] { return cat("applying step '", step.method, "'"); },
           [&] { method.apply(model, step.options, context); });
    Recipe one;
    one.steps.push_back(step);
    context.prefix += one.yaml();
  }
}

}  // namespace pare
