#include "base/machine.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {

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
  for (const char* key : {"model name", "Model", "Hardware", "CPU part"}) {
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
