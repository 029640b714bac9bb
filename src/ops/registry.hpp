#pragma once

#include "ir/op.hpp"

namespace pare {

/// Every operator of the folder ops/.
const OpRegistry& op_registry();

}  // namespace pare
