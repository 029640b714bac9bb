#include "ops/registry.hpp"

namespace pare {

#define PARE_PLUGIN(name) OpDefs name();
#include "pare_registry/ops.inc"
#undef PARE_PLUGIN

const OpRegistry& op_registry() {
  static const OpRegistry all = [] {
    OpRegistry registry;
#define PARE_PLUGIN(name) registry.add(name());
#include "pare_registry/ops.inc"
#undef PARE_PLUGIN
    return registry;
  }();
  return all;
}

}  // namespace pare
