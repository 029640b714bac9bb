#include "compress/weights/block_weights.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "numerics/k_quants.hpp"
#include "numerics/nvfp4.hpp"

namespace pare {
namespace {

using Encode = std::function<void(std::span<const float>, std::span<std::byte>)>;
using Decode = std::function<void(std::span<const std::byte>, std::span<float>)>;

constexpr double kFloatBits = 32;

bool has_tensor_scale(DType format) { return format.name().rfind("nvfp4", 0) == 0; }

float greatest_magnitude(const WeightMatrix& w) {
  float most = 0;
  for (const float v : w.values) {
    if (!std::isfinite(v)) throw Error(Fault::corrupt, "a weight is not finite");
    most = std::max(most, std::fabs(v));
  }
  return most;
}

/// Row by row through the codec, divided by `scale` in between.
WeightMatrix through_codec(const WeightMatrix& w, DType format, float scale, const Encode& encode,
                           const Decode& decode) {
  const DtypeInfo& info = format.info();
  const auto columns = static_cast<std::size_t>(w.columns);
  const std::size_t blocks = (columns + info.values - 1) / info.values;
  WeightMatrix out{w.rows, w.columns, std::vector<float>(w.values.size())};
  parallel_for(w.rows, 4, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> row(blocks * info.values);
    std::vector<std::byte> codes(blocks * info.bytes);
    for (std::int64_t r = begin; r < end; ++r) {
      std::fill(row.begin(), row.end(), 0.0F);
      const auto from = w.row(r);
      for (std::size_t c = 0; c < columns; ++c) row[c] = from[c] / scale;
      encode(row, codes);
      decode(codes, row);
      const auto to = out.row(r);
      for (std::size_t c = 0; c < columns; ++c) to[c] = row[c] * scale;
    }
  });
  return out;
}

/// The encoder that weighs errors, with zeros for what fills up the last block.
Encode weighted(DType format, std::span<const float> importance) {
  const WeightedEncode encode = weighted_encode_of(format.name());
  if (encode == nullptr) {
    throw Error(Fault::config, cat("imatrix: errors of ", format.name(), " cannot be weighed"));
  }
  const std::size_t block = format.info().values;
  std::vector<float> full(importance.begin(), importance.end());
  full.resize((full.size() + block - 1) / block * block, 0.0F);
  return
      [encode, full](std::span<const float> x, std::span<std::byte> out) { encode(x, full, out); };
}

}  // namespace

BlockWeights round_to_blocks(const WeightMatrix& w, DType format, const std::string& method,
                             std::span<const float> importance) {
  if (method != "rtn" && method != "mse" && method != "imatrix") {
    throw Error(Fault::config, cat("the format ", format.name(),
                                   " has scales of its own: method rtn, mse or imatrix"));
  }
  const DtypeInfo& info = format.info();
  Encode encode = info.encode;
  float scale = 1;
  const float most = greatest_magnitude(w);
  if (has_tensor_scale(format)) {
    const bool searches = method != "rtn" && format.name() == "nvfp4";
    const Nvfp4Scale rule = searches ? Nvfp4Scale::four_or_six : Nvfp4Scale::six;
    scale = nvfp4_tensor_scale(most, rule);
    if (searches) {
      encode = [rule](std::span<const float> x, std::span<std::byte> out) {
        encode_nvfp4(x, 1, rule, out);
      };
    }
  }
  if (method == "imatrix" && !importance.empty()) encode = weighted(format, importance);
  const auto columns = static_cast<double>(w.columns);
  const double blocks = std::ceil(columns / static_cast<double>(info.values));
  BlockWeights out;
  out.decoded = through_codec(w, format, scale, encode, info.decode);
  out.bits = blocks * static_cast<double>(info.bytes) * 8 / columns;
  if (has_tensor_scale(format)) out.bits += kFloatBits / static_cast<double>(w.values.size());
  return out;
}

}  // namespace pare
