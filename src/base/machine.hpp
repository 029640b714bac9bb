#pragma once

#include <string>

namespace pare {

/// The CPU and those of its instruction sets that kernels are chosen by, as one line: "AMD EPYC ...
/// (x86_64: avx2 avx512f ...)". Asks the CPU itself, not the system. The same text means that what
/// was packed for one machine suits the other.
const std::string& machine_text();

}  // namespace pare
