#include <dnnl.h>
#include <sqlite3.h>

#include "api/environment.hpp"
#include "base/text.hpp"
#include "cli/verb.hpp"
#include "evaluate/host.hpp"
#include "formats/format.hpp"
#include "ops/registry.hpp"
#include "passes/registry.hpp"
#include "targets/target.hpp"

namespace pare {
namespace {

nlohmann::json libraries() {
  const dnnl_version_t* dnnl = dnnl_version();
  return {{"onednn", cat(dnnl->major, ".", dnnl->minor, ".", dnnl->patch)},
          {"sqlite", sqlite3_libversion()},
          {"nlohmann_json", cat(NLOHMANN_JSON_VERSION_MAJOR, ".", NLOHMANN_JSON_VERSION_MINOR, ".",
                                NLOHMANN_JSON_VERSION_PATCH)},
          {"cli11", CLI11_VERSION}};
}

int run(Console& console) {
  const HostInfo h = host_info();
  Table machine({});
  machine.row({"pare", PARE_VERSION});
  machine.row({"CPU", h.cpu});
  machine.row({"instructions", join(h.features, " ")});
  machine.row({"cores", cat(h.usable_cores, " usable of ", h.logical_cores,
                            h.quota_cores > 0 ? cat(", quota ", h.quota_cores) : std::string())});
  machine.row(
      {"memory", human_bytes(h.memory_bytes) + (h.memory_limit_bytes > 0
                                                    ? ", limit " + human_bytes(h.memory_limit_bytes)
                                                    : std::string())});
  machine.row({"system", h.os + ", " + h.kernel});
  const nlohmann::json versions = libraries();
  for (const auto& [name, version] : versions.items()) {
    machine.row({name, version.get<std::string>()});
  }
  std::string text = machine.text();
  nlohmann::json targets = nlohmann::json::array();
  TargetOptions options;
  options.environment = environment();
  for (const TargetDef& t : all_targets()) {
    const TargetStatus s = t.status(options);
    text +=
        cat("\ntarget ", t.name, ": ", s.found ? "found " + s.version : "not found",
            s.where.empty() ? "" : " (" + s.where + ")", s.note.empty() ? "" : ", " + s.note, "\n");
    if (!s.found) text += "  looked in: " + join(s.searched, "\n             ") + "\n";
    targets.push_back({{"name", t.name},
                       {"found", s.found},
                       {"version", s.version},
                       {"where", s.where},
                       {"note", s.note},
                       {"searched", s.searched}});
  }
  text += cat("\n", op_registry().all().size(), " operators, ", all_passes().size(), " passes, ",
              all_formats().size(), " file formats\n");
  console.print(text);
  console.result({{"version", PARE_VERSION},
                  {"host",
                   {{"cpu", h.cpu},
                    {"features", h.features},
                    {"usable_cores", h.usable_cores},
                    {"logical_cores", h.logical_cores},
                    {"memory_bytes", h.memory_bytes},
                    {"memory_limit_bytes", h.memory_limit_bytes},
                    {"os", h.os},
                    {"kernel", h.kernel}}},
                  {"libraries", versions},
                  {"targets", targets},
                  {"operators", op_registry().all().size()},
                  {"passes", all_passes().size()}});
  return 0;
}

std::function<int(Console&)> setup(CLI::App& /*app*/) {
  return [](Console& console) { return run(console); };
}

}  // namespace

VerbDef verb_doctor() {
  return {"doctor", "what this machine has: CPU features, memory, libraries, targets",
          "  pare doctor\n  pare doctor --json\n", setup};
}

}  // namespace pare
