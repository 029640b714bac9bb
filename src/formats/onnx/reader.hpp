#pragma once

#include <filesystem>
#include <span>

#include "formats/format.hpp"

namespace pare::onnx {

/// Reads the bytes of an ONNX model; files of weights are looked for beside `path`. The graph has
/// the meaning of the newest operator set. Errors: Fault::corrupt, Fault::unsupported,
/// Fault::resource.
Model read_bytes(std::span<const std::byte> bytes, const std::filesystem::path& path,
                 const ReadOptions& options = {});

}  // namespace pare::onnx
