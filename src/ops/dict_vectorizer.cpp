#include <unordered_map>

#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_ml.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const ops::ClassLabels words(c, "int64_vocabulary", "string_vocabulary");
  c.set_output(0, c.input(0).dtype, SymShape{1, static_cast<std::int64_t>(words.size())});
}

template <class Key>
Tensor place(const Tensor& words, const Tensor& keys, const Tensor& values) {
  std::unordered_map<Key, std::int64_t> at;
  const auto entry = keys.data<Key>();
  for (std::size_t i = 0; i < entry.size(); ++i) {
    at.insert_or_assign(entry[i], static_cast<std::int64_t>(i));
  }
  const auto word = words.data<Key>();
  ops::ElementCopier out(values.type(), {1, words.size()});
  for (std::size_t k = 0; k < word.size(); ++k) {
    const auto found = at.find(word[k]);
    if (found != at.end()) out.put(static_cast<std::int64_t>(k), values, found->second);
  }
  return out.take();
}

void reference(OpCall& call) {
  const RuntimeValue& x = call.value(0);
  if (!x.is_map()) call.fail(cat("want a map, got ", x.kind_text()));
  const ops::ClassLabels vocabulary(call, "int64_vocabulary", "string_vocabulary");
  const Tensor words = vocabulary.tensor();
  if (x.keys().kind() != words.kind()) {
    call.fail(
        cat("the keys are ", x.keys().type().name(), ", the vocabulary is ", words.type().name()));
  }
  call.set_output(0, words.kind() == ElementKind::i64
                         ? place<std::int64_t>(words, x.keys(), x.values())
                         : place<std::string>(words, x.keys(), x.values()));
}

}  // namespace

/// y[0, k] = the value of the k-th word of the vocabulary in the map, 0 or "" when it is not there.
/// Keys that are not in the vocabulary are passed over, as ONNX Runtime and scikit-learn do.
/// Shapes: map -> [1, C]. Errors: Fault::corrupt when keys and vocabulary are of different types.
/// Source: ONNX (ai.onnx.ml) DictVectorizer, version 1.
OpDefs op_dict_vectorizer() {
  const TypeSet values = {ElementKind::i64, ElementKind::f32, ElementKind::f64,
                          ElementKind::string};
  return ops::ml_op("DictVectorizer", 1)
      .input("X", values, "T1")
      .of(kinds::kMap)
      .output("Y", values, "T2")
      .optional_attribute("int64_vocabulary", AttributeKind::integers, "the key of each column")
      .optional_attribute("string_vocabulary", AttributeKind::texts, "the key of each column")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
