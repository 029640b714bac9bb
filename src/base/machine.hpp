#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pare {

/// A file of /proc or /sys, which are small and without a size; "" when it cannot be read.
std::string read_system_file(const char* path);
/// The text behind "key<spaces>:" or "key=" on the first line of `text` that begins so.
std::string_view system_field(std::string_view text, std::string_view key, char separator);

/// Instruction sets that matter to kernels, by the name Linux gives them.
const std::vector<std::string>& known_features();

/// The first processor of a text as /proc/cpuinfo is; of ARM, where cores may differ, each kind:
/// "Cortex-A55 + Cortex-A76".
std::string cpu_name(std::string_view cpuinfo);
std::vector<std::string> cpu_features(std::string_view cpuinfo);

/// The CPU and its instruction sets in one line, the same on every start of the same machine.
const std::string& machine_text();

}  // namespace pare
