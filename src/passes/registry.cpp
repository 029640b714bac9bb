#include "passes/registry.hpp"

#include <algorithm>
#include <tuple>

namespace pare {

#define PARE_PLUGIN(name) PassDef name();
#include "pare_registry/passes.inc"
#undef PARE_PLUGIN

const std::vector<PassDef>& all_passes() {
  static const std::vector<PassDef> all = [] {
    std::vector<PassDef> list = {
#define PARE_PLUGIN(name) name(),
#include "pare_registry/passes.inc"
#undef PARE_PLUGIN
    };
    std::sort(list.begin(), list.end(), [](const PassDef& a, const PassDef& b) {
      return std::tie(a.stage, a.name) < std::tie(b.stage, b.name);
    });
    return list;
  }();
  return all;
}

std::vector<PassDef> default_passes() {
  std::vector<PassDef> list;
  for (const PassDef& pass : all_passes()) {
    if (pass.by_default) list.push_back(pass);
  }
  return list;
}

const PassDef* find_pass(std::string_view name) {
  for (const PassDef& pass : all_passes()) {
    if (pass.name == name) return &pass;
  }
  return nullptr;
}

}  // namespace pare
