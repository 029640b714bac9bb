#pragma once

#include <string>

namespace pare {

/// With that many digits behind the point: "3.10".
std::string fixed(double value, int digits);

}  // namespace pare
