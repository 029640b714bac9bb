#include "formats/safetensors/types.hpp"

namespace pare::safetensors {
namespace {

struct Row {
  std::string_view name;
  std::string_view dtype;
};

// Source: huggingface/safetensors, enum Dtype.
constexpr Row kRows[] = {
    {"BOOL", "bool"},
    {"F4", "f4e2m1"},
    {"F6_E2M3", "f6e2m3"},
    {"F6_E3M2", "f6e3m2"},
    {"U8", "uint8"},
    {"I8", "int8"},
    {"F8_E5M2", "f8e5m2"},
    {"F8_E4M3", "f8e4m3fn"},
    {"F8_E8M0", "f8e8m0"},
    {"F8_E4M3FNUZ", "f8e4m3fnuz"},
    {"F8_E5M2FNUZ", "f8e5m2fnuz"},
    {"I16", "int16"},
    {"U16", "uint16"},
    {"F16", "float16"},
    {"BF16", "bfloat16"},
    {"I32", "int32"},
    {"U32", "uint32"},
    {"F32", "float32"},
    {"C64", "complex64"},
    {"F64", "float64"},
    {"I64", "int64"},
    {"U64", "uint64"},
};

}  // namespace

std::span<const StoredType> all_types() {
  static const std::vector<StoredType> all = [] {
    std::vector<StoredType> types;
    for (const Row& r : kRows) {
      const DType dtype = dtype_by_name(r.dtype);
      require(dtype.valid(), "a type of safetensors has no number format");
      types.push_back({0, r.name, dtype.info().values, dtype.info().bytes, dtype});
    }
    return types;
  }();
  return all;
}

const StoredType* find_type(std::string_view name) {
  for (const StoredType& t : all_types()) {
    if (t.name == name) return &t;
  }
  return nullptr;
}

const StoredType* type_for(DType dtype) {
  for (const StoredType& t : all_types()) {
    if (t.dtype == dtype) return &t;
  }
  return nullptr;
}

}  // namespace pare::safetensors
