#include <algorithm>
#include <vector>

#include "base/error.hpp"
#include "numerics/dtype.hpp"
#include "pare_registry/dtypes_includes.inc"

namespace pare {
namespace {

#define PARE_PLUGIN(name) name(),
const std::vector<DtypeInfo>& infos() {
  static const std::vector<DtypeInfo> all = {
#include "pare_registry/dtypes.inc"
  };
  return all;
}
#undef PARE_PLUGIN

}  // namespace

std::span<const DType> all_dtypes() {
  static const std::vector<DType> all = [] {
    std::vector<DType> list;
    for (const DtypeInfo& info : infos()) list.emplace_back(&info);
    std::sort(list.begin(), list.end(), [](DType a, DType b) { return a.name() < b.name(); });
    return list;
  }();
  return all;
}

DType dtype_by_name(std::string_view name) noexcept {
  for (const DType type : all_dtypes()) {
    if (type.name() == name) return type;
  }
  return {};
}

DType dtype_of(ElementKind kind) {
  static const std::vector<DType> by_kind = [] {
    std::vector<DType> table(256);
    for (const DType type : all_dtypes()) {
      if (type.kind() != ElementKind::block) table[static_cast<std::size_t>(type.kind())] = type;
    }
    return table;
  }();
  const DType type = by_kind[static_cast<std::size_t>(kind)];
  if (!type.valid()) {
    throw Error(Fault::unsupported, cat("element type number ", static_cast<int>(kind)));
  }
  return type;
}

}  // namespace pare
