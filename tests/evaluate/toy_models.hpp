#pragma once

#include "targets/target.hpp"

namespace pare {

/// Targets for tests: every operator, and a reader of one-line "model" files:
///   product N     y = x W with W [N, N], x [1, N]
///   constant N    y = x + c with c of N megabytes
///   crash         ends the process by a signal
///   hang          never returns
///   chatter       prints to standard output, then is `product 4`
TargetEnvironment toy_environment();

}  // namespace pare
