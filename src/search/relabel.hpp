#pragma once

#include <memory>
#include <vector>

#include "data/dataset.hpp"

namespace pare {

/// `data` with these labels in place of its own (or of none); one per sample.
std::shared_ptr<const Dataset> relabelled(std::shared_ptr<const Dataset> data,
                                          std::vector<std::int64_t> labels);

}  // namespace pare
