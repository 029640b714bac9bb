#pragma once

#include <filesystem>

#include "formats/format.hpp"

namespace pare::onnx {

/// Writes `model` as ONNX at options.opset, or at the least operator set that is at least the
/// model's own and can say it. Weights above options.external_above_bytes go to a file beside the
/// model, named after its content. Both appear whole or not at all, the model last. Equal models
/// give equal bytes. Errors: Fault::cannot_create, Fault::io, Fault::unsupported for what the
/// operator set cannot say.
void write(const Model& model, const std::filesystem::path& path, const WriteOptions& options);

}  // namespace pare::onnx
