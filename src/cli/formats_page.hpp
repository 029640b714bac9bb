#pragma once

#include <string>
#include <vector>

#include "numerics/round_trip.hpp"

namespace pare {

/// What one format does to the weights of a model.
struct FormatRow {
  std::string name;
  double bits = 0;      ///< per weight, scales included
  double db = 0;        ///< signal-to-noise ratio over all weights
  double worst_db = 0;  ///< of the tensor that suffers most
  std::string worst;    ///< its name
  bool front = false;   ///< nothing with as few bits is more accurate
  std::vector<double> tensor_db;
};

/// A self-contained page: accuracy over bits as a plot (SVG), and a table. `rows` by rising bits.
std::string formats_page(const std::string& model, const std::vector<FormatRow>& rows);

}  // namespace pare
