#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace pare {

/// A script that completes verbs, options and file names for "bash", "zsh" or "fish".
std::string completion_script(const CLI::App& app, const std::string& shell);

}  // namespace pare
