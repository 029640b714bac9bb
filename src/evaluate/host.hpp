#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pare {

/// The machine that measurements were made on.
struct HostInfo {
  std::string cpu;                    ///< "Intel(R) Xeon(R) ..."
  std::string architecture;           ///< "x86_64"
  std::vector<std::string> features;  ///< of known_features(), those the CPU has
  int logical_cores = 0;              ///< online in the machine
  int usable_cores = 0;               ///< by affinity and cgroup quota
  double quota_cores = 0;             ///< cgroup CPU quota in cores; 0 = none
  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_limit_bytes = 0;  ///< of the cgroup; 0 = none
  std::string os;                        ///< "Debian GNU/Linux 12 (bookworm)"
  std::string kernel;                    ///< "Linux 6.1.0"
};

/// Reads the system; what cannot be found out stays empty.
HostInfo host_info();

/// Parts of the above on given texts, for tests.
/// From cgroup v2's cpu.max ("200000 100000", "max 100000"); 0 = no quota.
double parse_cpu_max(std::string_view text);
/// PRETTY_NAME of os-release.
std::string os_name(std::string_view os_release);
/// A "MemTotal:  123 kB" line of meminfo, in bytes; 0 when it is not there.
std::uint64_t meminfo_bytes(std::string_view meminfo, std::string_view key);

}  // namespace pare
