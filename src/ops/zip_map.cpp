#include "ops/_axes.hpp"
#include "ops/_elementwise.hpp"
#include "ops/_ml.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const DType number = dtype_of(ElementKind::f32);
  ValueType map(number);
  map.kind = ValueType::Kind::map;
  map.key = ops::ClassLabels(c, "classlabels_int64s", "classlabels_strings").type();
  map.element = std::make_shared<const ValueType>(number, SymShape{});
  ValueType list;
  list.kind = ValueType::Kind::sequence;
  list.element = std::make_shared<const ValueType>(std::move(map));
  c.set_output(0, std::move(list));
}

void reference(OpCall& call) {
  const ops::ClassLabels labels(call, "classlabels_int64s", "classlabels_strings");
  const Tensor keys = labels.tensor();
  const Tensor& x = call.input(0);
  const bool one = x.rank() == 1;
  if ((!one && x.rank() != 2) || x.shape().back() != keys.size()) {
    call.fail(cat("values of shape ", to_string(x.shape()), " for ", keys.size(), " classes"));
  }
  const auto values = x.data<float>();
  std::vector<RuntimeValue> maps;
  for (std::size_t at = 0; at < values.size(); at += labels.size()) {
    const auto row = values.subspan(at, labels.size());
    maps.push_back(
        RuntimeValue::map(keys, Tensor::of<float>({keys.size()}, {row.begin(), row.end()})));
  }
  call.set_output(0, RuntimeValue::sequence(std::move(maps)));
}

}  // namespace

/// A sequence of one map per row, from the labels to the values in the columns. Shapes: [N, C] or
/// [C] with C labels. Errors: Fault::corrupt for another number of columns. Source: ONNX
/// (ai.onnx.ml) ZipMap, version 1.
OpDefs op_zip_map() {
  return ops::ml_op("ZipMap", 1)
      .input("X", ops::kF32)
      .output("Z", ops::kF32, "T")
      .of(kinds::kSequence)
      .optional_attribute("classlabels_int64s", AttributeKind::integers, "the keys")
      .optional_attribute("classlabels_strings", AttributeKind::texts, "the keys")
      .define(infer, reference, ops::free_of_flops);
}

}  // namespace pare
