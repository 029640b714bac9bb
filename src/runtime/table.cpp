#include "runtime/rows.hpp"

namespace pare {
namespace {

// In order of preference; a family's own order is its own matter.
constexpr std::span<const KernelRow> (*kFamilies[])() = {
    chain_rows,            //
    attention_rows,        //
    view_rows,             //
    cast_rows,             //
    dynamic_rows,          //
    dynamic_product_rows,  //
    move_rows,             //
    gather_rows,           //
    int8_rows,             //
    normal_int8_rows,      //
    sparse_rows,           //
    packed_rows,           //
    depthwise_rows,        //
    winograd_rows,         //
    window8_rows,          //
    conv_rows,             //
    deconv_rows,           //
    backward_rows,         //
    matmul_rows,           //
    pool_rows,             //
    resize_rows,           //
    extreme_rows,          //
    choose_rows,           //
    function_rows,         //
    norm_rows,             //
    recurrent_rows,        //
    binary_rows,           //
    eltwise_rows,          //
    fake_quantize_rows,
};

std::vector<KernelRow> all_rows() {
  std::vector<KernelRow> rows;
  for (const auto family : kFamilies) {
    const std::span<const KernelRow> more = family();
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

}  // namespace

std::span<const KernelRow> kernel_table() {
  static const std::vector<KernelRow> kRows = all_rows();
  return kRows;
}

}  // namespace pare
