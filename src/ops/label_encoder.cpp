#include <map>
#include <string>
#include <unordered_map>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_ml.hpp"

namespace pare {
namespace {

constexpr TypeSet kTypes = {ElementKind::string, ElementKind::i64, ElementKind::f32,
                            ElementKind::i32,    ElementKind::i16, ElementKind::f64};

/// The one of <prefix>_floats, _int64s, _strings and _tensor that is given.
Tensor list_of(const AttributeReader& a, const std::string& prefix) {
  std::vector<Tensor> given;
  const auto add = [&](const auto& list) {
    using T = typename std::decay_t<decltype(list)>::value_type;
    if (!list.empty())
      given.push_back(Tensor::of<T>({static_cast<std::int64_t>(list.size())}, list));
  };
  add(a.attr_floats(prefix + "_floats"));
  add(a.attr_ints(prefix + "_int64s"));
  add(a.attr_strings(prefix + "_strings"));
  if (const Tensor* t = a.attr_tensor(prefix + "_tensor"))
    given.push_back(t->reshaped({t->size()}));
  if (given.size() != 1) a.fail(cat("one list of ", prefix, " is wanted, got ", given.size()));
  if (!kTypes.has(given[0].kind())) {
    a.fail(cat(prefix, " cannot be ", given[0].type().name()));
  }
  return given[0];
}

/// What keys that are not in the list become: one element of the type of the values.
Tensor default_of(const AttributeReader& a, DType type) {
  if (const Tensor* t = a.attr_tensor("default_tensor")) {
    if (t->type() != type || t->size() != 1) {
      a.fail(cat("default_tensor must be one ", type.name()));
    }
    return t->reshaped({1});
  }
  switch (type.kind()) {
    case ElementKind::string:
      return Tensor::of<std::string>({1}, {a.attr_string("default_string")});
    case ElementKind::f32: return Tensor::of<float>({1}, {a.attr_float("default_float")});
    case ElementKind::i64: return Tensor::of<std::int64_t>({1}, {a.attr_int("default_int64")});
    case ElementKind::f64: return Tensor::of<double>({1}, {-0.0});
    default: return Tensor::of<std::int64_t>({1}, {-1}).cast(type);
  }
}

/// Position of every element of `x` among the keys, or -1. The last of equal keys counts.
std::vector<std::int64_t> find_keys(const Tensor& x, const Tensor& keys) {
  std::vector<std::int64_t> found;
  found.reserve(static_cast<std::size_t>(x.size()));
  const auto fill = [&](auto& table, const auto& key_list, const auto& queries) {
    for (std::size_t i = 0; i < key_list.size(); ++i) {
      table[key_list[i]] = static_cast<std::int64_t>(i);
    }
    for (const auto& query : queries) {
      const auto at = table.find(query);
      found.push_back(at == table.end() ? -1 : at->second);
    }
  };
  if (x.kind() == ElementKind::string) {
    std::unordered_map<std::string, std::int64_t> table;
    fill(table, keys.data<std::string>(), x.data<std::string>());
  } else if (x.type().is_integer()) {
    std::unordered_map<std::int64_t, std::int64_t> table;
    fill(table, keys.to_ints(), x.to_ints());
  } else {
    // Every NaN is the same key, and it stands behind all numbers.
    const auto before = [](double a, double b) {
      return a < b || (!std::isnan(a) && std::isnan(b));
    };
    std::map<double, std::int64_t, decltype(before)> table(before);
    fill(table, keys.to_doubles(), x.to_doubles());
  }
  return found;
}

void infer(ShapeContext& c) {
  const SymShape* shape = c.input_shape(0);
  c.set_output(0, list_of(c, "values").type(),
               shape != nullptr ? std::optional(*shape) : std::nullopt);
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const Tensor keys = list_of(call, "keys");
  const Tensor values = list_of(call, "values");
  if (keys.size() != values.size())
    call.fail(cat(keys.size(), " keys for ", values.size(), " values"));
  if (keys.type() != x.type()) {
    call.fail(cat("the input is ", x.type().name(), ", the keys are ", keys.type().name()));
  }
  const Tensor otherwise = default_of(call, values.type());
  const std::vector<std::int64_t> found = find_keys(x, keys);
  ops::ElementCopier out(values.type(), x.shape());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const bool there = found[i] >= 0;
    out.put(static_cast<std::int64_t>(i), there ? values : otherwise, there ? found[i] : 0);
  }
  call.set_output(0, out.take());
}

}  // namespace

/// y = the value at the place of x among the keys, else the default. Of equal keys the last counts;
/// NaN equals NaN. Shapes: any -> the same. Errors: Fault::corrupt unless there is one list of keys
/// (of the type of x) and one of values of equal length. Source: ONNX (ai.onnx.ml) LabelEncoder,
/// version 4.
OpDefs op_label_encoder() {
  using enum AttributeKind;
  OpDef def = ops::ml_op("LabelEncoder", 4);
  def.input("X", kTypes, "T1").output("Y", kTypes, "T2");
  for (const std::string prefix : {"keys", "values"}) {
    def.optional_attribute(prefix + "_floats", reals)
        .optional_attribute(prefix + "_int64s", integers)
        .optional_attribute(prefix + "_strings", texts)
        .optional_attribute(prefix + "_tensor", tensor);
  }
  return def.attribute("default_float", -0.0F, "for values_floats")
      .attribute("default_int64", std::int64_t{-1}, "for values_int64s")
      .attribute("default_string", std::string("_Unused"), "for values_strings")
      .optional_attribute("default_tensor", tensor, "for values_tensor")
      .define(infer, reference, ops::one_flop);
}

}  // namespace pare
