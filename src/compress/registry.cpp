#include <algorithm>

#include "base/text.hpp"
#include "compress/method.hpp"

namespace pare {

#define PARE_PLUGIN(name) MethodDef name();
#include "pare_registry/methods.inc"
#undef PARE_PLUGIN

const std::vector<MethodDef>& all_methods() {
  static const std::vector<MethodDef> all = {
#define PARE_PLUGIN(name) name(),
#include "pare_registry/methods.inc"
#undef PARE_PLUGIN
  };
  return all;
}

const MethodDef& find_method(std::string_view name) {
  std::vector<std::string> known;
  for (const MethodDef& method : all_methods()) {
    if (method.name == name) return method;
    known.push_back(method.name);
  }
  throw Error(Fault::config,
              cat("unknown method '", escape_terminal(name), "'; known are: ", join(known, ", ")));
}

}  // namespace pare
