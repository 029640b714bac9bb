#include "kernels/rows/rows.hpp"

#include <algorithm>
#include <vector>

#include "base/error.hpp"
#include "kernels/cpu.hpp"
#include "kernels/rows/rows_tables.hpp"

namespace pare {
namespace {

std::vector<const RowKernels*> available() {
  std::vector<const RowKernels*> found;
#if defined(__x86_64__)
  if (cpu::has_avx512()) found.push_back(row_kernels_avx512());
  if (cpu::has_avx2()) found.push_back(row_kernels_avx2());
#endif
  found.push_back(row_kernels_base());
  return found;
}

}  // namespace

std::span<const RowKernels* const> row_kernels() {
  static const std::vector<const RowKernels*> kFound = available();
  return kFound;
}

RowCodec::RowCodec(DType type, const RowKernels& kernels)
    : info_(type.valid() ? &type.info() : nullptr), kernel_(nullptr) {
  if (info_ == nullptr || info_->decode == nullptr || info_->encode == nullptr) {
    throw Error(Fault::unsupported, cat(type.name(), " has no values that are floats"));
  }
  for (const RowKernel& row : kernels.rows) {
    if (row.format == info_->name) kernel_ = &row;
  }
}

void RowCodec::decode(std::span<const std::byte> in, std::span<float> out) const {
  if (kernel_ == nullptr) return info_->decode(in, out);
  const std::size_t n = std::min(in.size() / info_->bytes * info_->values, out.size());
  kernel_->decode(in.data(), out.data(), static_cast<std::int64_t>(n));
}

void RowCodec::encode(std::span<const float> in, std::span<std::byte> out) const {
  if (kernel_ == nullptr) return info_->encode(in, out);
  const std::size_t blocks = out.size() / info_->bytes;
  const std::size_t n = std::min(in.size(), blocks * info_->values);
  kernel_->encode(in.data(), out.data(), static_cast<std::int64_t>(n));
  if (info_->values > 1) {  // blocks without any value are padding too
    const std::size_t used = (n + info_->values - 1) / info_->values;
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(used * info_->bytes),
              out.begin() + static_cast<std::ptrdiff_t>(blocks * info_->bytes), std::byte{0});
  }
}

RowCodec row_codec(DType type) { return {type, *row_kernels().front()}; }

}  // namespace pare
