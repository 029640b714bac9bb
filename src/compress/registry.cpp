#include <algorithm>

#include "base/suggest.hpp"
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

std::string option_text(const OptionMap& given, const std::string& name,
                        const std::string& otherwise) {
  const auto it = given.find(name);
  const std::string* text = it == given.end() ? nullptr : std::get_if<std::string>(&it->second);
  return text == nullptr ? otherwise : *text;
}

std::shared_ptr<const ActivationTable> cached_statistics(const Graph& graph, const std::string& key,
                                                         MethodContext& context) {
  if (context.calibration == nullptr) {
    throw Error(Fault::usage, "this step needs calibration samples (--data or --calib)");
  }
  const std::string full = key + context.calibration->fingerprint();
  if (context.cache != nullptr) {
    const auto it = context.cache->find(full);
    if (it != context.cache->end()) return it->second;
  }
  auto table = collect_statistics(graph, context.ops, *context.calibration, context.progress);
  if (context.cache != nullptr) (*context.cache)[full] = table;
  return table;
}

const MethodDef& find_method(std::string_view name) {
  std::vector<std::string> known;
  for (const MethodDef& method : all_methods()) {
    if (method.name == name) return method;
    known.push_back(method.name);
  }
  throw Error(Fault::config, cat("unknown method '", escape_terminal(name), "'",
                                 suggestion(name, known), "; known are: ", join(known, ", ")));
}

}  // namespace pare
