#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tensor/tensor.hpp"

namespace pare {

struct NamedTensor {
  std::string name;
  Tensor value;
};

/// Greatest array that a compressed member of an NPZ file may unpack to.
inline constexpr std::uint64_t kNpzMemberLimitBytes = std::uint64_t{4} << 30;

/// An array from the bytes of an NPY file (version 1, 2 or 3): booleans, integers, f16, f32, f64,
/// complex. Little-endian arrays in C order stay where they are (`owner` keeps the bytes alive),
/// others are copied. Errors: Fault::corrupt, Fault::unsupported for other element types.
Tensor parse_npy(std::span<const std::byte> bytes, std::shared_ptr<const void> owner);
Tensor read_npy(const std::filesystem::path& path);
/// The bytes of an NPY file (version 1) for `value`. Formats that NPY lacks (bf16, 8-bit floats,
/// sub-byte numbers) are written as float32 or 8-bit integers that hold every value exactly.
/// Errors: Fault::unsupported for texts.
std::string npy_header(const Tensor& value);
void write_npy(const std::filesystem::path& path, const Tensor& value, bool force);

/// All arrays of an NPZ (zip) file, stored or deflated, in the order of the file; names without
/// ".npy". Errors: Fault::corrupt, Fault::unsupported (encryption, other methods),
/// Fault::resource above kNpzMemberLimitBytes.
std::vector<NamedTensor> read_npz(const std::filesystem::path& path);
std::vector<NamedTensor> parse_npz(std::span<const std::byte> bytes,
                                   std::shared_ptr<const void> owner);
/// Writes the arrays uncompressed, so that they can be mapped.
void write_npz(const std::filesystem::path& path, std::span<const NamedTensor> arrays, bool force);

}  // namespace pare
