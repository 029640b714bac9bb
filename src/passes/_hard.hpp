#pragma once

#include "passes/_rewrite.hpp"

namespace pare::passes {

/// v = min(max(x + 3, 0), 6) through Clip, with one reader each: x. nullptr when it is not.
Value* shifted_relu6(const Value* v);

}  // namespace pare::passes
