#include <cmath>

#include "base/text.hpp"
#include "cli/verb.hpp"
#include "compress/recipe.hpp"

namespace pare {
namespace {

std::string_view type_of(const OptionInfo& o) {
  switch (o.kind) {
    case OptionInfo::Kind::flag: return "flag";
    case OptionInfo::Kind::integer: return "integer";
    case OptionInfo::Kind::real: return "number";
    case OptionInfo::Kind::text: return "text";
    case OptionInfo::Kind::texts: return "list";
  }
  return "";
}

/// "fp16, bf16" or "1 to 8"; empty when anything goes.
std::string range_of(const OptionInfo& o) {
  if (!o.choices.empty()) return join(o.choices, ", ");
  if (std::isinf(o.least) && std::isinf(o.most)) return {};
  return cat(o.least, " to ", o.most);
}

nlohmann::json as_json(const OptionValue& value) {
  return std::visit([](const auto& v) { return nlohmann::json(v); }, value);
}

nlohmann::json described(const MethodDef& m) {
  nlohmann::json options = nlohmann::json::array();
  for (const OptionInfo& o : m.options) {
    nlohmann::json one = {{"name", o.name},
                          {"type", type_of(o)},
                          {"default", as_json(o.otherwise)},
                          {"help", o.help},
                          {"choices", o.choices}};
    if (std::isfinite(o.least)) one["least"] = o.least;
    if (std::isfinite(o.most)) one["most"] = o.most;
    options.push_back(std::move(one));
  }
  return {{"name", m.name},
          {"what", m.what},
          {"source", m.reference},
          {"calibrates", m.calibrates          ? "by options"
                         : m.needs_samples({}) ? "always"
                                               : "never"},
          {"options", options}};
}

/// JSON Schema (draft 2020-12) of an option's value.
nlohmann::json schema_of(const OptionInfo& o) {
  nlohmann::json s = {{"description", o.help}, {"default", as_json(o.otherwise)}};
  switch (o.kind) {
    case OptionInfo::Kind::flag: s["type"] = "boolean"; break;
    case OptionInfo::Kind::integer: s["type"] = "integer"; break;
    case OptionInfo::Kind::real: s["type"] = "number"; break;
    case OptionInfo::Kind::text: s["type"] = "string"; break;
    case OptionInfo::Kind::texts:
      s["type"] = {"array", "string"};
      s["items"] = {{"type", "string"}};
      break;
  }
  if (!o.choices.empty()) s["enum"] = o.choices;
  if (std::isfinite(o.least)) s["minimum"] = o.least;
  if (std::isfinite(o.most)) s["maximum"] = o.most;
  return s;
}

nlohmann::json recipe_schema() {
  nlohmann::json steps = nlohmann::json::array();
  nlohmann::json names = nlohmann::json::array();
  for (const MethodDef& m : all_methods()) {
    nlohmann::json properties = nlohmann::json::object();
    for (const OptionInfo& o : m.options) properties[o.name] = schema_of(o);
    const nlohmann::json options = {{"type", {"object", "null"}},
                                    {"description", m.what},
                                    {"properties", properties},
                                    {"additionalProperties", false}};
    steps.push_back({{"type", "object"},
                     {"properties", {{m.name, options}}},
                     {"required", {m.name}},
                     {"additionalProperties", false}});
    names.push_back(m.name);
  }
  steps.push_back({{"enum", names}});
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"title", "pare recipe"},
          {"type", "object"},
          {"properties", {{"steps", {{"type", "array"}, {"items", {{"anyOf", steps}}}}}}},
          {"required", {"steps"}},
          {"additionalProperties", false}};
}

int show_one(const MethodDef& m, Console& console) {
  Table table({"option", "type", "default", "accepted", ""});
  for (const OptionInfo& o : m.options) {
    table.row({o.name, std::string(type_of(o)), to_text(o.otherwise), range_of(o), o.help});
  }
  console.print(cat(m.name, ": ", m.what, "\nsource: ", m.reference, "\n\n", table.text()));
  console.result({{"methods", {described(m)}}});
  return 0;
}

int show_all(Console& console) {
  nlohmann::json all = nlohmann::json::array();
  Table table({"method", "samples", "what it does"});
  for (const MethodDef& m : all_methods()) {
    all.push_back(described(m));
    table.row({m.name, m.calibrates ? "by options" : m.needs_samples({}) ? "yes" : "no", m.what});
  }
  console.print(cat(table.text(), "\npare methods NAME shows the options of one.\n"));
  console.result({{"methods", all}});
  return 0;
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto name = std::make_shared<std::string>();
  const auto schema = std::make_shared<bool>(false);
  app.add_option("method", *name, "show its options");
  app.add_flag("--schema", *schema, "print the JSON Schema of recipes, for editors");
  return [name, schema](Console& console) {
    if (*schema) {
      std::cout << recipe_schema().dump(2) << '\n';
      return 0;
    }
    return name->empty() ? show_all(console) : show_one(find_method(*name), console);
  };
}

}  // namespace

VerbDef verb_methods() {
  return {"methods", "list the compression methods and their options",
          "  pare methods\n"
          "  pare methods quantize_weights\n"
          "  pare methods --schema > recipe.schema.json\n",
          setup};
}

}  // namespace pare
