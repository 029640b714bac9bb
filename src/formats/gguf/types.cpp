#include "formats/gguf/types.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare::gguf {
namespace {

struct Row {
  std::uint32_t id;
  std::string_view name;
  std::size_t values;
  std::size_t bytes;
  std::string_view dtype;  ///< "" = no decoder
};

// Source: ggml, enum ggml_type and the blocks of ggml-common.h.
constexpr Row kRows[] = {
    {0, "F32", 1, 4, "float32"},
    {1, "F16", 1, 2, "float16"},
    {2, "Q4_0", 32, 18, "q4_0"},
    {3, "Q4_1", 32, 20, "q4_1"},
    {6, "Q5_0", 32, 22, "q5_0"},
    {7, "Q5_1", 32, 24, "q5_1"},
    {8, "Q8_0", 32, 34, "q8_0"},
    {9, "Q8_1", 32, 36, ""},
    {10, "Q2_K", 256, 84, "q2_k"},
    {11, "Q3_K", 256, 110, "q3_k"},
    {12, "Q4_K", 256, 144, "q4_k"},
    {13, "Q5_K", 256, 176, "q5_k"},
    {14, "Q6_K", 256, 210, "q6_k"},
    {15, "Q8_K", 256, 292, ""},
    {16, "IQ2_XXS", 256, 66, ""},
    {17, "IQ2_XS", 256, 74, ""},
    {18, "IQ3_XXS", 256, 98, ""},
    {19, "IQ1_S", 256, 50, ""},
    {20, "IQ4_NL", 32, 18, "iq4_nl_b32"},
    {21, "IQ3_S", 256, 110, ""},
    {22, "IQ2_S", 256, 82, ""},
    {23, "IQ4_XS", 256, 136, "iq4_xs"},
    {24, "I8", 1, 1, "int8"},
    {25, "I16", 1, 2, "int16"},
    {26, "I32", 1, 4, "int32"},
    {27, "I64", 1, 8, "int64"},
    {28, "F64", 1, 8, "float64"},
    {29, "IQ1_M", 256, 56, ""},
    {30, "BF16", 1, 2, "bfloat16"},
    {34, "TQ1_0", 256, 54, "tq1_0"},
    {35, "TQ2_0", 256, 66, "tq2_0"},
    {39, "MXFP4", 32, 17, "mxfp4_ggml"},
    {40, "NVFP4", 64, 36, "nvfp4_ggml"},
    {41, "Q1_0", 128, 18, ""},
    {42, "Q2_0", 64, 18, ""},
};

struct Removed {
  std::uint32_t id;
  std::string_view name;
};

constexpr Removed kRemoved[] = {
    {4, "Q4_2"},      {5, "Q4_3"},        {31, "Q4_0_4_4"},   {32, "Q4_0_4_8"},
    {33, "Q4_0_8_8"}, {36, "IQ4_NL_4_4"}, {37, "IQ4_NL_4_8"}, {38, "IQ4_NL_8_8"},
};

}  // namespace

std::span<const StoredType> all_types() {
  static const std::vector<StoredType> all = [] {
    std::vector<StoredType> types;
    for (const Row& r : kRows) {
      const DType dtype = r.dtype.empty() ? DType() : dtype_by_name(r.dtype);
      types.push_back({r.id, r.name, r.values, r.bytes, dtype});
    }
    return types;
  }();
  return all;
}

const StoredType& type_of(std::uint32_t id) {
  for (const StoredType& t : all_types()) {
    if (t.id == id) return t;
  }
  for (const Removed& r : kRemoved) {
    if (r.id != id) continue;
    throw Error(Fault::unsupported, cat("tensor of type ", r.name, " (number ", id,
                                        "), which ggml has removed; make the file anew"));
  }
  throw Error(Fault::unsupported, cat("tensor of type number ", id, ", which pare does not know"));
}

const StoredType* find_type(std::string_view name) {
  const std::string wanted = lower(name);
  for (const StoredType& t : all_types()) {
    if (lower(t.name) == wanted) return &t;
  }
  return nullptr;
}

}  // namespace pare::gguf
