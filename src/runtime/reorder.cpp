#include "runtime/reorder.hpp"

#include "kernels/transpose/transpose.hpp"

namespace pare {

bool can_reorder(DType type) {
  const DtypeInfo& info = type.info();
  return info.values == 1 &&
         (info.bytes == 1 || info.bytes == 2 || info.bytes == 4 || info.bytes == 8);
}

std::unique_ptr<Kernel> make_reorder(DType type, const Shape& shape, Layout from, Layout to) {
  require(from != to && shape.size() >= 3, "reorder: nothing to do");
  std::int64_t spatial = 1;
  for (std::size_t i = 2; i < shape.size(); ++i) spatial *= shape[i];
  const std::int64_t batch = shape[0];
  const std::int64_t rows = to == Layout::channels_last ? shape[1] : spatial;
  const std::int64_t cols = to == Layout::channels_last ? spatial : shape[1];
  const std::size_t bytes = type.info().bytes;
  return std::make_unique<FunctionKernel>([=](const KernelArgs& args) {
    transpose_2d(args.in[0], args.out[0], batch, rows, cols, bytes);
  });
}

}  // namespace pare
