#include <algorithm>
#include <array>
#include <string_view>

#include "passes/_rewrite.hpp"

namespace pare {
namespace {

using Integers = std::vector<std::int64_t>;

bool same(const Attribute& a, const Attribute& b) {
  if (a.index() != b.index()) return false;
  const auto equal = [&](auto tag) {
    using T = decltype(tag);
    const T* given = std::get_if<T>(&a);
    return given != nullptr && *given == std::get<T>(b);
  };
  return equal(std::int64_t{}) || equal(float{}) || equal(std::string{}) || equal(Integers{}) ||
         equal(std::vector<float>{}) || equal(std::vector<std::string>{});
}

/// Lists whose default depends on the rank, so that a schema cannot hold it: a step of 1 and no
/// padding along each axis.
bool is_plain_window(const Node& n, std::string_view name, const Attribute& given) {
  static constexpr std::array<std::string_view, 8> kWindowed = {
      "Conv",        "ConvTranspose", "ConvInteger", "QLinearConv",
      "AveragePool", "MaxPool",       "LpPool",      "FusedConv"};
  if (std::find(kWindowed.begin(), kWindowed.end(), n.op()) == kWindowed.end()) return false;
  const auto* list = std::get_if<Integers>(&given);
  const auto all = [&](std::int64_t v) {
    return list != nullptr &&
           std::all_of(list->begin(), list->end(), [v](std::int64_t x) { return x == v; });
  };
  if (name == "strides" || name == "dilations") return all(1);
  return name == "pads" && all(0);
}

std::vector<std::string> needless(const Node& n, const PassContext& context) {
  std::vector<std::string> names;
  const OpDef* def = context.ops.find(n);
  if (def == nullptr) return names;
  for (const auto& [name, given] : n.attributes()) {
    const AttributeDef* known = def->find_attribute(name);
    if (known == nullptr) continue;
    const bool is_default = known->otherwise && same(given, *known->otherwise);
    if (is_default || is_plain_window(n, name, given)) names.push_back(name);
  }
  return names;
}

Verdict match(const Node& n, const PassContext& context) {
  return needless(n, context).empty() ? not_mine() : accept();
}

void rewrite(Node& n, PassContext& context) {
  for (const std::string& name : needless(n, context)) n.erase_attribute(name);
}

}  // namespace

/// Before: y = Conv<group = 1, strides = [1, 1]>(x, w)      After: y = Conv(x, w)
/// Drops attributes that say what their absence says, in small networks a percent of the file.
/// Keeps: every bit; attributes of unknown operators, and kernel_shape.
PassDef pass_remove_defaults() {
  return {.name = "remove_defaults",
          .what = "drops attributes that hold their default",
          .stage = 90,
          .match = match,
          .rewrite = rewrite};
}

}  // namespace pare
