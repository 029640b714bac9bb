#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "numerics/dtype.hpp"

namespace pare {

/// Fast conversions between rows of floats and rows of codes of one number format. They give the
/// same bits as DtypeInfo::decode and encode on every instruction set.
struct RowKernel {
  std::string_view format;
  /// Decodes the first n codes.
  void (*decode)(const std::byte* in, float* out, std::int64_t n);
  /// Encodes n values; unused bits of the last block are zero.
  void (*encode)(const float* in, std::byte* out, std::int64_t n);
};

struct RowKernels {
  std::string_view isa;
  std::span<const RowKernel> rows;
};

/// Those that this CPU has, best first; never empty.
std::span<const RowKernels* const> row_kernels();

/// DtypeInfo::decode and encode of a format by its row kernel, or as they are where there is none.
class RowCodec {
 public:
  /// Errors: Fault::unsupported when the format has no floats.
  RowCodec(DType type, const RowKernels& kernels);

  /// Whether it is not the plain code of the format.
  [[nodiscard]] bool has_kernel() const noexcept { return kernel_ != nullptr; }
  void decode(std::span<const std::byte> in, std::span<float> out) const;
  void encode(std::span<const float> in, std::span<std::byte> out) const;

 private:
  const DtypeInfo* info_;
  const RowKernel* kernel_;
};

/// With the best kernels of this CPU.
RowCodec row_codec(DType type);

}  // namespace pare
