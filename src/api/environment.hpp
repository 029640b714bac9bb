#pragma once

#include "search/workbench.hpp"
#include "targets/target.hpp"

namespace pare {

/// What targets and the search need from the layers they do not see: all operators, and the
/// readers and writers of all file formats.
TargetEnvironment environment();
ModelFiles model_files();

}  // namespace pare
