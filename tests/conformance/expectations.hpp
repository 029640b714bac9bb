#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace pare::conformance {

/// Cases that are expected to fail, and why.
using Expectations = std::map<std::string, std::string>;

/// One case a line: "node/test_x  the reason"; "#" begins a comment line. Errors: Fault::missing;
/// Fault::config with the line for a case without a reason or named twice.
Expectations read_expectations(const std::filesystem::path& path);

}  // namespace pare::conformance
