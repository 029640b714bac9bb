#include "base/decimal.hpp"

#include <iomanip>
#include <sstream>
#include <utility>

namespace pare {

std::string fixed(double value, int digits) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(digits) << value;
  return std::move(out).str();
}

}  // namespace pare
