#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string_view>
#include <vector>

#include "cli/console.hpp"

namespace pare {

/// One verb. File cli/verbs/<name>.cpp exports `VerbDef verb_<name>()`.
struct VerbDef {
  std::string_view name;
  std::string_view what;
  std::string_view examples;  ///< shown below --help
  /// Declares the options and returns what runs the verb with them: its exit code, or an Error.
  std::function<int(Console&)> (*setup)(CLI::App& app) = nullptr;
};

/// Every verb of the folder, in order of name.
const std::vector<VerbDef>& all_verbs();

/// Exit code when a limit, comparison or check was not met.
inline constexpr int kNotMet = 1;

}  // namespace pare
