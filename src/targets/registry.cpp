#include <string>
#include <vector>

#include "base/text.hpp"
#include "targets/target.hpp"

namespace pare {

#define PARE_PLUGIN(name) TargetDef name();
#include "pare_registry/targets.inc"
#undef PARE_PLUGIN

const std::vector<TargetDef>& all_targets() {
  static const std::vector<TargetDef> all = {
#define PARE_PLUGIN(name) name(),
#include "pare_registry/targets.inc"
#undef PARE_PLUGIN
  };
  return all;
}

TargetChoice choose_target(std::string_view text, const TargetEnvironment& environment) {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  std::vector<std::string> known;
  for (const TargetDef& target : all_targets()) {
    known.emplace_back(target.name);
    if (target.name != name) continue;
    TargetChoice choice;
    choice.target = &target;
    choice.options.environment = environment;
    if (colon == std::string_view::npos) return choice;
    choice.options.library = text.substr(colon + 1);
    if (choice.options.library.empty()) {
      throw Error(Fault::usage, cat("target '", escape_terminal(text), "' has nothing behind ':'"));
    }
    if (!target.takes_library) {
      throw Error(Fault::usage,
                  cat("target ", name, " takes no library, got '", escape_terminal(text), "'"));
    }
    return choice;
  }
  throw Error(Fault::usage,
              cat("unknown target '", escape_terminal(text), "'; known are: ", join(known, ", ")));
}

}  // namespace pare
