#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "evaluate/measure.hpp"
#include "tensor/tensor.hpp"

namespace pare {

/// Tensors in a file between two processes of the same program: a line of JSON, then the bytes.
void write_tensors(const std::filesystem::path& path, const std::vector<Tensor>& tensors);
/// Errors: Fault::corrupt for anything that write_tensors did not write. Tensors map the file.
std::vector<Tensor> read_tensors(const std::filesystem::path& path);

/// What a measuring process is asked first: to load the model of the request. The process reads it
/// in measure_child.cpp.
nlohmann::json load_request(const MeasureRequest& request);

}  // namespace pare
