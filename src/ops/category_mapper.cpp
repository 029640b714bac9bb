#include <unordered_map>

#include "ops/_elementwise.hpp"
#include "ops/_ml.hpp"

namespace pare {
namespace {

bool to_text(DType input) { return input.kind() != ElementKind::string; }

void infer(ShapeContext& c) {
  const DType x = c.input_dtype(0);
  const SymShape* shape = c.input_shape(0);
  const DType y =
      x.valid() ? dtype_of(to_text(x) ? ElementKind::string : ElementKind::i64) : DType();
  c.set_output(0, y, shape != nullptr ? std::optional(*shape) : std::nullopt);
}

/// y[i] = the value of key x[i]; the last of equal keys counts.
template <class Key, class Mapped>
void look_up(OpCall& call, const std::vector<Key>& keys, const std::vector<Mapped>& values,
             const Mapped& otherwise) {
  std::unordered_map<Key, Mapped> table;
  for (std::size_t i = 0; i < keys.size(); ++i) table.insert_or_assign(keys[i], values[i]);
  const Tensor& x = call.input(0);
  const auto in = x.data<Key>();
  const auto out = call.make_output(0, dtype_of(ElementOf<Mapped>::kind), x.shape())
                       .template mutable_data<Mapped>();
  for (std::size_t i = 0; i < in.size(); ++i) {
    const auto found = table.find(in[i]);
    out[i] = found == table.end() ? otherwise : found->second;
  }
}

void reference(OpCall& call) {
  const std::vector<std::int64_t> numbers = call.attr_ints("cats_int64s");
  const std::vector<std::string> texts = call.attr_strings("cats_strings");
  if (numbers.size() != texts.size()) {
    call.fail(cat(numbers.size(), " integers for ", texts.size(), " strings"));
  }
  if (to_text(call.input(0).type())) {
    look_up(call, numbers, texts, call.attr_string("default_string"));
  } else {
    look_up(call, texts, numbers, call.attr_int("default_int64"));
  }
}

}  // namespace

/// Integers become the text at the same place of the two lists, text becomes the integer; what is
/// not in the list becomes the default. Of equal entries the last counts. Shapes: any. Errors:
/// Fault::corrupt for lists of unequal length. Source: ONNX (ai.onnx.ml) CategoryMapper, version 1.
OpDefs op_category_mapper() {
  return ops::ml_op("CategoryMapper", 1)
      .input("X", ops::kMlLabel, "T1")
      .output("Y", ops::kMlLabel, "T2")
      .optional_attribute("cats_int64s", AttributeKind::integers, "the integers")
      .optional_attribute("cats_strings", AttributeKind::texts, "the text for each of them")
      .attribute("default_int64", std::int64_t{-1}, "for text that is not in the list")
      .attribute("default_string", std::string("_Unused"), "for integers that are not in the list")
      .define(infer, reference, ops::one_flop);
}

}  // namespace pare
