#include "base/machine.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

struct ArmCore {
  std::string_view implementer, part, name;
};

/// Numbers that 64-bit cores have in their main identification register (MIDR_EL1), from the
/// manuals of the cores.
constexpr ArmCore kArmCores[] = {
    {"0x41", "0xd03", "Cortex-A53"},   {"0x41", "0xd04", "Cortex-A35"},
    {"0x41", "0xd05", "Cortex-A55"},   {"0x41", "0xd07", "Cortex-A57"},
    {"0x41", "0xd08", "Cortex-A72"},   {"0x41", "0xd09", "Cortex-A73"},
    {"0x41", "0xd0a", "Cortex-A75"},   {"0x41", "0xd0b", "Cortex-A76"},
    {"0x41", "0xd0c", "Neoverse-N1"},  {"0x41", "0xd0d", "Cortex-A77"},
    {"0x41", "0xd40", "Neoverse-V1"},  {"0x41", "0xd41", "Cortex-A78"},
    {"0x41", "0xd44", "Cortex-X1"},    {"0x41", "0xd46", "Cortex-A510"},
    {"0x41", "0xd47", "Cortex-A710"},  {"0x41", "0xd48", "Cortex-X2"},
    {"0x41", "0xd49", "Neoverse-N2"},  {"0x41", "0xd4d", "Cortex-A715"},
    {"0x41", "0xd4e", "Cortex-X3"},    {"0x41", "0xd4f", "Neoverse-V2"},
    {"0x41", "0xd80", "Cortex-A520"},  {"0x41", "0xd81", "Cortex-A720"},
    {"0x61", "0x022", "Apple M1 (E)"}, {"0x61", "0x023", "Apple M1 (P)"},
};

std::string arm_core(std::string_view implementer, std::string_view part) {
  for (const ArmCore& core : kArmCores) {
    if (core.implementer == implementer && core.part == part) return std::string(core.name);
  }
  return cat("ARM core ", implementer, ":", part);
}

/// The kinds of cores that a text of an ARM machine names, in its order; "" on others.
std::string arm_cores(std::string_view cpuinfo) {
  std::vector<std::string> kinds;
  std::string_view implementer;
  while (!cpuinfo.empty()) {
    const std::size_t end = std::min(cpuinfo.find('\n'), cpuinfo.size());
    const std::string_view line = cpuinfo.substr(0, end);
    cpuinfo.remove_prefix(std::min(end + 1, cpuinfo.size()));
    if (const auto found = system_field(line, "CPU implementer", ':'); !found.empty()) {
      implementer = found;
    }
    if (const auto part = system_field(line, "CPU part", ':'); !part.empty()) {
      std::string kind = arm_core(implementer, part);
      if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
        kinds.push_back(std::move(kind));
      }
    }
  }
  return join(kinds, " + ");
}

}  // namespace

std::string read_system_file(const char* path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return in ? std::move(out).str() : std::string();
}

std::string_view system_field(std::string_view text, std::string_view key, char separator) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t at = line.find(separator);
    if (at != std::string_view::npos && trim(line.substr(0, at)) == key) {
      return trim(line.substr(at + 1));
    }
  }
  return {};
}

const std::vector<std::string>& known_features() {
  static const std::vector<std::string> names = {
      "sse4_2",   "avx",      "f16c",     "fma",         "avx2",        "avx_vnni",   "avx512f",
      "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512vbmi", "avx512_fp16",
      "amx_tile", "amx_int8", "amx_bf16", "asimd",       "asimdhp",     "asimddp",    "fphp",
      "i8mm",     "bf16",     "sve",      "sve2"};
  return names;
}

std::string cpu_name(std::string_view cpuinfo) {
  if (std::string names = arm_cores(cpuinfo); !names.empty()) return names;
  for (const char* key : {"model name", "Model", "Hardware"}) {
    if (const std::string_view name = system_field(cpuinfo, key, ':'); !name.empty()) {
      return std::string(name);
    }
  }
  return {};
}

std::vector<std::string> cpu_features(std::string_view cpuinfo) {
  std::string_view flags = system_field(cpuinfo, "flags", ':');
  if (flags.empty()) flags = system_field(cpuinfo, "Features", ':');
  const std::vector<std::string> have = split(flags, ' ');
  std::vector<std::string> found;
  for (const std::string& name : known_features()) {
    if (std::find(have.begin(), have.end(), name) != have.end()) found.push_back(name);
  }
  return found;
}

const std::string& machine_text() {
  static const std::string kText = [] {
    const std::string cpuinfo = read_system_file("/proc/cpuinfo");
    return cat(cpu_name(cpuinfo), " (", join(cpu_features(cpuinfo), " "), ")");
  }();
  return kText;
}

}  // namespace pare
