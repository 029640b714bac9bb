#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/session.hpp"

namespace pare::ort {

/// Per-node mean times from the trace that ONNX Runtime writes (Chrome trace events), in order of
/// first execution. Fault::corrupt when it is no such trace.
std::vector<StepInfo> parse_profile(std::string_view json);

}  // namespace pare::ort
