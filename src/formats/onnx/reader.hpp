#pragma once

#include <filesystem>
#include <span>

#include "base/file.hpp"
#include "formats/format.hpp"

namespace pare::onnx {

/// Reads the bytes of an ONNX model; files of weights are looked for beside `path`. The graph has
/// the meaning of the newest operator set. Errors: Fault::corrupt, Fault::unsupported,
/// Fault::resource. `file`, where the bytes are all of one: what is read of it leaves memory, so
/// that weights are not there twice.
Model read_bytes(std::span<const std::byte> bytes, const std::filesystem::path& path,
                 const ReadOptions& options = {}, const MappedFile* file = nullptr);

}  // namespace pare::onnx
