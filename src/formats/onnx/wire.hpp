#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pare::onnx {

/// What a walk over the encoded bytes of a model shows before anything is allocated for it.
struct WireFacts {
  std::uint64_t memory_bytes = 0;  ///< estimate of what the decoded messages take
  std::uint64_t nodes = 0;         ///< in graphs, bodies and functions
};

/// Walks the protobuf encoding of a model (ONNX ModelProto) without decoding it. Errors:
/// Fault::corrupt with the place for lengths that pass the end, bad tags, and messages nested more
/// than 100 deep.
WireFacts scan_model(std::span<const std::byte> bytes);

}  // namespace pare::onnx
