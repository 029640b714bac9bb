#include "evaluate/host.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <charconv>
#include <cmath>

#include "base/error.hpp"
#include "base/machine.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"

namespace pare {
namespace {

std::uint64_t to_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end != text.data() ? value : 0;
}

}  // namespace

double parse_cpu_max(std::string_view text) {
  const std::vector<std::string> words = split(trim(text), ' ');
  if (words.size() != 2) return 0;
  const std::uint64_t quota = to_number(words[0]);
  const std::uint64_t period = to_number(words[1]);
  return period > 0 ? static_cast<double>(quota) / static_cast<double>(period) : 0;
}

std::string os_name(std::string_view os_release) {
  std::string_view name = system_field(os_release, "PRETTY_NAME", '=');
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
  }
  return std::string(name);
}

std::uint64_t meminfo_bytes(std::string_view meminfo, std::string_view key) {
  return to_number(system_field(meminfo, key, ':')) * 1024;
}

HostInfo host_info() {
  HostInfo host;
  const std::string cpuinfo = read_system_file("/proc/cpuinfo");
  host.cpu = cpu_name(cpuinfo);
  host.features = cpu_features(cpuinfo);
  host.logical_cores = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  host.usable_cores = available_cores();
  host.quota_cores = parse_cpu_max(read_system_file("/sys/fs/cgroup/cpu.max"));
  host.memory_bytes = meminfo_bytes(read_system_file("/proc/meminfo"), "MemTotal");
  host.memory_limit_bytes = to_number(trim(read_system_file("/sys/fs/cgroup/memory.max")));
  host.os = os_name(read_system_file("/etc/os-release"));
  utsname name{};
  if (uname(&name) == 0) {
    host.architecture = name.machine;
    host.kernel = cat(name.sysname, " ", name.release);
  }
  return host;
}

}  // namespace pare
