#include "cli/verb.hpp"

namespace pare {

#define PARE_PLUGIN(name) VerbDef name();
#include "pare_registry/verbs.inc"
#undef PARE_PLUGIN

const std::vector<VerbDef>& all_verbs() {
  static const std::vector<VerbDef> all = [] {
    std::vector<VerbDef> verbs;
#define PARE_PLUGIN(name) verbs.push_back(name());
#include "pare_registry/verbs.inc"
#undef PARE_PLUGIN
    return verbs;
  }();
  return all;
}

}  // namespace pare
