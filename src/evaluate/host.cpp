#include "evaluate/host.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"

namespace pare {
namespace {

/// Files of /proc and /sys: small, and without a size.
std::string slurp(const char* path) {
  std::ifstream in(path);
  std::ostringstream out;
  out << in.rdbuf();
  return in ? std::move(out).str() : std::string();
}

/// The text behind "key<spaces>:" or "key=" on the first line that begins so.
std::string_view field(std::string_view text, std::string_view key, char separator) {
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

std::uint64_t to_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end != text.data() ? value : 0;
}

}  // namespace

const std::vector<std::string>& known_features() {
  static const std::vector<std::string> names = {
      "sse4_2",      "avx",      "f16c",     "fma",      "avx2",        "avx_vnni",
      "avx512f",     "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16",
      "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16", "asimd",       "asimdhp",
      "asimddp",     "fphp",     "i8mm",     "bf16",     "sve",         "sve2"};
  return names;
}

std::string cpu_name(std::string_view cpuinfo) {
  for (const char* key : {"model name", "Model", "Hardware", "CPU part"}) {
    if (const std::string_view name = field(cpuinfo, key, ':'); !name.empty()) {
      return std::string(name);
    }
  }
  return {};
}

std::vector<std::string> cpu_features(std::string_view cpuinfo) {
  std::string_view flags = field(cpuinfo, "flags", ':');
  if (flags.empty()) flags = field(cpuinfo, "Features", ':');
  const std::vector<std::string> have = split(flags, ' ');
  std::vector<std::string> found;
  for (const std::string& name : known_features()) {
    if (std::find(have.begin(), have.end(), name) != have.end()) found.push_back(name);
  }
  return found;
}

double parse_cpu_max(std::string_view text) {
  const std::vector<std::string> words = split(trim(text), ' ');
  if (words.size() != 2) return 0;
  const std::uint64_t quota = to_number(words[0]);
  const std::uint64_t period = to_number(words[1]);
  return period > 0 ? static_cast<double>(quota) / static_cast<double>(period) : 0;
}

std::string os_name(std::string_view os_release) {
  std::string_view name = field(os_release, "PRETTY_NAME", '=');
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
  }
  return std::string(name);
}

std::uint64_t meminfo_bytes(std::string_view meminfo, std::string_view key) {
  return to_number(field(meminfo, key, ':')) * 1024;
}

HostInfo host_info() {
  HostInfo host;
  const std::string cpuinfo = slurp("/proc/cpuinfo");
  host.cpu = cpu_name(cpuinfo);
  host.features = cpu_features(cpuinfo);
  host.logical_cores = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  host.usable_cores = available_cores();
  host.quota_cores = parse_cpu_max(slurp("/sys/fs/cgroup/cpu.max"));
  host.memory_bytes = meminfo_bytes(slurp("/proc/meminfo"), "MemTotal");
  host.memory_limit_bytes = to_number(trim(slurp("/sys/fs/cgroup/memory.max")));
  host.os = os_name(slurp("/etc/os-release"));
  utsname name{};
  if (uname(&name) == 0) {
    host.architecture = name.machine;
    host.kernel = cat(name.sysname, " ", name.release);
  }
  return host;
}

}  // namespace pare
