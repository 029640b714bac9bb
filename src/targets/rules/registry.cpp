#include "base/text.hpp"
#include "targets/rules/judgement.hpp"

namespace pare {

#define PARE_PLUGIN(name) RuntimeRules name();
#include "pare_registry/rules.inc"
#undef PARE_PLUGIN

const std::vector<RuntimeRules>& all_runtime_rules() {
  static const std::vector<RuntimeRules> all = {
#define PARE_PLUGIN(name) name(),
#include "pare_registry/rules.inc"
#undef PARE_PLUGIN
  };
  return all;
}

const RuntimeRules& runtime_rules(std::string_view name) {
  std::vector<std::string> known;
  for (const RuntimeRules& rules : all_runtime_rules()) {
    if (rules.name == name) return rules;
    known.emplace_back(rules.name);
  }
  throw Error(Fault::usage, cat("no rules of a runtime '", escape_terminal(name),
                                "' are known; known are: ", join(known, ", ")));
}

std::string_view form_name(LayerForm form) {
  switch (form) {
    case LayerForm::integer: return "integer";
    case LayerForm::narrow_float: return "narrow float";
    case LayerForm::packed: return "packed";
    case LayerForm::floating: break;
  }
  return "float";
}

}  // namespace pare
