#include "ops/_elementwise.hpp"
#include "ops/_ml.hpp"

namespace pare {
namespace {

template <class T, class Value>
void impute(OpCall& call, const std::vector<Value>& values, Value replaced) {
  const Tensor& x = call.input(0);
  const std::size_t columns = x.rank() == 0 ? 1 : static_cast<std::size_t>(x.shape().back());
  if (values.size() != 1 && values.size() != columns) {
    call.fail(cat(values.size(), " imputed values for ", columns, " columns"));
  }
  const auto in = x.data<T>();
  const auto out = call.make_output(0, x.type(), x.shape()).template mutable_data<T>();
  for (std::size_t i = 0; i < in.size(); ++i) {
    const bool hit =
        in[i] == static_cast<T>(replaced) || (ops::is_nan(replaced) && ops::is_nan(in[i]));
    out[i] = hit ? static_cast<T>(values[values.size() == 1 ? 0 : i % columns]) : in[i];
  }
}

/// Integers that fit the element type, so that nothing wraps.
void want_int32(const OpCall& call, const std::vector<std::int64_t>& values) {
  for (const std::int64_t v : values) {
    if (v != static_cast<std::int32_t>(v)) call.fail(cat("value ", v, " does not fit int32"));
  }
}

void reference(OpCall& call) {
  const ElementKind kind = call.input(0).kind();
  if (kind == ElementKind::f32 || kind == ElementKind::f64) {
    const std::vector<float> values = call.attr_floats("imputed_value_floats");
    const float replaced = call.attr_float("replaced_value_float");
    if (kind == ElementKind::f32) {
      impute<float>(call, values, replaced);
    } else {
      impute<double>(call, values, replaced);
    }
    return;
  }
  const std::vector<std::int64_t> values = call.attr_ints("imputed_value_int64s");
  const std::int64_t replaced = call.attr_int("replaced_value_int64");
  if (kind == ElementKind::i64) {
    impute<std::int64_t>(call, values, replaced);
  } else {
    want_int32(call, values);
    want_int32(call, {replaced});
    impute<std::int32_t>(call, values, replaced);
  }
}

}  // namespace

/// Elements that equal the replaced value (NaN equals NaN) become the imputed value: one for all,
/// or one for each column of the last dimension. Floats have their own pair of attributes, integers
/// theirs. Shapes: any. Errors: Fault::corrupt for another number of values and for values that do
/// not fit int32 elements. Source: ONNX (ai.onnx.ml) Imputer, version 1.
OpDefs op_imputer() {
  return ops::ml_op("Imputer", 1)
      .input("X", ops::kMlNumber)
      .output("Y", ops::kMlNumber)
      .optional_attribute("imputed_value_floats", AttributeKind::reals, "for floats")
      .optional_attribute("imputed_value_int64s", AttributeKind::integers, "for integers")
      .attribute("replaced_value_float", 0.0F, "of floats")
      .attribute("replaced_value_int64", std::int64_t{0}, "of integers")
      .define(ops::same_as_input, reference, ops::one_flop);
}

}  // namespace pare
