#include "runtime/differential.hpp"

#include "kernels/sparse/sparse.hpp"
#include "runtime/kernel.hpp"
#include "runtime/onednn.hpp"

namespace pare {
namespace {

std::vector<DifferentialFamily> families() {
  return {
      {"Winograd", {"native:winograd"}, winograd_cases},
      {"Convolutions", {"onednn:conv", "native:depthwise"}, convolution_cases},
      {"Int8Convolutions",
       {"onednn:conv_int8", "native:depthwise_int8", "native:window_int8"},
       int8_convolution_cases},
      {"Deconvolutions", {"onednn:deconv"}, deconvolution_cases},
      {"Backward", {"onednn:conv_backward", "native:conv_weight_gradient"}, backward_cases},
      {"Products", {"onednn:matmul"}, product_cases},
      {"Int8Products", {"onednn:matmul_int8", "onednn:matmul_codes"}, int8_product_cases},
      {"Pools", {"onednn:pool"}, pool_cases},
      {"Moves", {"native:view", "native:transpose", "native:moves", "native:concat"}, move_cases},
      {"Gathers", {"native:gather"}, gather_cases},
      {"Resizes", {"native:resize"}, resize_cases},
      {"Functions",
       {"native:functions", "native:vector_functions", "onednn:eltwise"},
       function_cases},
      {"Binaries", {"native:binary", "native:extremes"}, binary_cases},
      {"Choices", {"native:compare", "native:where"}, choice_cases},
      {"Recurrent",
       {"native:lstm", "native:lstm_int8", "native:gru", "native:rnn"},
       recurrent_cases},
      {"Graphs", {}, graph_cases},
      {"Chains", {"native:chain"}, chain_cases},
      {"SoftmaxAndNorms",
       {"native:softmax", "onednn:softmax", "native:batch_norm"},
       softmax_and_norm_cases},
      {"Norms", {"native:normalize"}, norm_cases},
      {"Attention", {"native:attention", "native:attention_operator"}, attention_cases},
      {"DynamicProducts", {"onednn:dynamic_product"}, dynamic_product_cases},
      {"Bf16Products", {"onednn:matmul_bf16", "onednn:conv_bf16"}, bf16_product_cases},
      {"Casts", {"native:cast"}, cast_cases},
      {"Dynamic", {"native:dynamic_quantize", "onednn:integer_product"}, dynamic_cases},
      {"Codes",
       {"native:affine", "native:table", "native:binary_int8", "native:mean_int8", "native:concat",
        "native:layer_norm_int8"},
       code_cases},
      {"FakeQuantize", {"native:fake_quantize"}, fake_quantize_cases},
      {"Packed", {"native:packed_product"}, packed_cases},
      {"Sparse", {"native:sparse"}, sparse_cases},
  };
}

/// Rows that this CPU refuses: the library would clip sums of 8-bit products (no VNNI), or there
/// are no products of bfloat16.
bool is_refused_here(const std::string& row) {
  if (row == "onednn:matmul_bf16" || row == "onednn:conv_bf16") return !onednn::has_bf16();
  if (row == "native:sparse" && best_sparse_kernels().isa == "base") return true;
  if (onednn::exact_int8()) return false;
  return row == "onednn:conv_int8" || row == "native:window_int8" || row == "onednn:matmul_int8" ||
         row == "onednn:matmul_codes" || row == "onednn:integer_product" ||
         row == "onednn:dynamic_product";
}

class DifferentialFamilies : public testing::TestWithParam<DifferentialFamily> {};

TEST_P(DifferentialFamilies, AgreeWithTheReferenceAndStayInTheirMemory) {
  const DifferentialFamily& family = GetParam();
  Differential d(20);
  family.generate(d);
  if (HasFailure()) return;
  for (const std::string& row : family.rows) {
    EXPECT_TRUE(d.rows.count(row) != 0 || is_refused_here(row))
        << "none of " << d.cases << " cases chooses " << row;
  }
  RecordProperty("cases", d.cases);
}

INSTANTIATE_TEST_SUITE_P(All, DifferentialFamilies, testing::ValuesIn(families()),
                         [](const auto& family) { return std::string(family.param.name); });

TEST(Differential, EveryRowOfTheTableBelongsToAFamily) {
  std::set<std::string> reached;
  for (const DifferentialFamily& f : families()) reached.insert(f.rows.begin(), f.rows.end());
  for (const KernelRow& row : kernel_table()) {
    EXPECT_EQ(reached.count(std::string(row.name)), 1U) << row.name << " is not tested";
    reached.erase(std::string(row.name));
  }
  EXPECT_TRUE(reached.empty()) << *reached.begin() << " is no row";
}

}  // namespace
}  // namespace pare
