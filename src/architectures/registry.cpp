#include "architectures/registry.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {

#define PARE_PLUGIN(name) ArchitectureDef name();
#include "pare_registry/architectures.inc"
#undef PARE_PLUGIN

const std::vector<ArchitectureDef>& all_architectures() {
  static const std::vector<ArchitectureDef> kAll = {
#define PARE_PLUGIN(name) name(),
#include "pare_registry/architectures.inc"
#undef PARE_PLUGIN
  };
  return kAll;
}

std::unique_ptr<Graph> build_language_model(const Checkpoint& checkpoint) {
  const std::string name = checkpoint.architecture();
  const auto names = [&](const ArchitectureDef& a) -> const std::vector<std::string>& {
    return checkpoint.naming() == Naming::gguf ? a.gguf : a.hugging_face;
  };
  std::vector<std::string> known;
  for (const ArchitectureDef& a : all_architectures()) {
    const auto& list = names(a);
    if (std::find(list.begin(), list.end(), name) != list.end()) {
      return during([&] { return cat("building the graph of architecture ", a.name); },
                    [&] { return a.build(checkpoint); });
    }
    known.insert(known.end(), list.begin(), list.end());
  }
  throw Error(Fault::unsupported,
              cat("no graph of architecture '", escape_terminal(name, 80), "'; known are ",
                  join(known, ", "), " (`pare inspect` lists what is in the file)"));
}

}  // namespace pare
