#include <unordered_map>

#include "ops/_elementwise.hpp"
#include "ops/_ml.hpp"

namespace pare {
namespace {

void infer(ShapeContext& c) {
  const ops::ClassLabels categories(c, "cats_int64s", "cats_strings");
  const SymShape* x = c.input_shape(0);
  std::optional<SymShape> y;
  if (x != nullptr) {
    y = *x;
    y->emplace_back(static_cast<std::int64_t>(categories.size()));
  }
  c.set_output(0, dtype_of(ElementKind::f32), y);
}

/// Category of every element; -1 when it has none. The last of equal categories counts.
template <class Key, class List>
std::vector<std::int64_t> find(const List& elements, std::span<const Key> categories) {
  std::unordered_map<Key, std::int64_t> table;
  for (std::size_t i = 0; i < categories.size(); ++i) {
    table.insert_or_assign(categories[i], static_cast<std::int64_t>(i));
  }
  std::vector<std::int64_t> found;
  for (const auto& e : elements) {
    const auto at = table.find(e);
    found.push_back(at == table.end() ? -1 : at->second);
  }
  return found;
}

/// Floats are cut to integers; what no int64 can be (NaN too) is no category.
std::vector<std::int64_t> find_numbers(const Tensor& x, const Tensor& categories) {
  const auto names = categories.data<std::int64_t>();
  if (x.type().is_integer()) return find<std::int64_t>(x.to_ints(), names);
  const std::vector<double> values = x.to_doubles();
  std::vector<std::int64_t> cut;
  for (const double v : values) {
    cut.push_back(std::abs(v) < 0x1p63 ? static_cast<std::int64_t>(v) : 0);
  }
  std::vector<std::int64_t> found = find<std::int64_t>(cut, names);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!(std::abs(values[i]) < 0x1p63)) found[i] = -1;
  }
  return found;
}

void reference(OpCall& call) {
  const Tensor& x = call.input(0);
  const ops::ClassLabels names(call, "cats_int64s", "cats_strings");
  const Tensor categories = names.tensor();
  if ((x.kind() == ElementKind::string) != (categories.kind() == ElementKind::string)) {
    call.fail(
        cat("the input is ", x.type().name(), ", the categories are ", categories.type().name()));
  }
  const std::vector<std::int64_t> found =
      x.kind() == ElementKind::string
          ? find<std::string>(x.data<std::string>(), categories.data<std::string>())
          : find_numbers(x, categories);
  Shape shape = x.shape();
  shape.push_back(categories.size());
  const auto out = call.make_output(0, dtype_of(ElementKind::f32), shape).mutable_data<float>();
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] >= 0) {
      out[i * names.size() + static_cast<std::size_t>(found[i])] = 1;
    } else if (call.attr_int("zeros") == 0) {
      call.fail(cat("element ", i, " is in no category"));
    }
  }
}

}  // namespace

/// 1 at the place of each element among the categories, else 0. Floats and int32 are taken as
/// int64. Shapes: [...] -> [..., categories]. Errors: Fault::corrupt for an element without
/// category when zeros is 0. Source: ONNX (ai.onnx.ml) OneHotEncoder, version 1.
OpDefs op_one_hot_encoder() {
  return ops::ml_op("OneHotEncoder", 1)
      .input("X", ops::kMlNumber | types::kString)
      .output("Y", ops::kF32, "Y")
      .optional_attribute("cats_int64s", AttributeKind::integers, "the categories")
      .optional_attribute("cats_strings", AttributeKind::texts, "the categories")
      .attribute("zeros", std::int64_t{1}, "0: every element must have a category")
      .define(infer, reference, ops::one_flop);
}

}  // namespace pare
