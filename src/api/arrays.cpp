#include "api/arrays.hpp"

#include <algorithm>

#include "api/failure.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

constexpr int kLastElementType = static_cast<int>(ElementType::int2);

DType dtype_of_array(const InputArray& array) {
  const int number = static_cast<int>(array.type);
  if (number < 1 || number > kLastElementType) {
    throw Error(Fault::usage, cat("input '", escape_terminal(array.name), "' has element type ",
                                  number, ", which cannot be given"));
  }
  return dtype_of(static_cast<ElementKind>(number));
}

std::int64_t count_of(const InputArray& array) {
  try {
    return element_count(array.shape);
  } catch (const Error& e) {
    throw Error(Fault::usage, cat("input '", escape_terminal(array.name), "' cannot have shape ",
                                  to_string(array.shape), ": ", e.message()));
  }
}

void check_length(const InputArray& array, const std::string& wanted, std::size_t want,
                  std::size_t got) {
  if (want == got) return;
  throw Error(Fault::usage,
              cat("input '", escape_terminal(array.name), "' of shape ", to_string(array.shape),
                  " needs ", want, " ", wanted, ", got ", got));
}

std::string names_of(const std::vector<Value*>& values) {
  std::vector<std::string> names;
  names.reserve(values.size());
  for (const Value* v : values) names.push_back(escape_terminal(v->name()));
  return names.empty() ? "none" : join(names, ", ");
}

class LentBatches final : public BatchSource {
 public:
  LentBatches(const Graph& graph, const std::vector<std::vector<InputArray>>& batches) {
    std::string all;
    for (const auto& batch : batches) {
      batches_.push_back(to_tensors(graph, batch));
      for (const Tensor& t : batches_.back()) {
        all += cat(t.type().name(), to_string(t.shape()), sha256_hex(t.bytes()), "\n");
      }
    }
    fingerprint_ = sha256_hex(std::as_bytes(std::span(all)));
  }
  [[nodiscard]] std::int64_t batches() const override {
    return static_cast<std::int64_t>(batches_.size());
  }
  [[nodiscard]] std::vector<Tensor> get(std::int64_t i) const override {
    return batches_.at(static_cast<std::size_t>(i));
  }
  [[nodiscard]] std::string fingerprint() const override { return fingerprint_; }

 private:
  std::vector<std::vector<Tensor>> batches_;
  std::string fingerprint_;
};

}  // namespace

inline namespace v1 {

Array::Array(std::string name, ElementType type, ArrayShape shape, std::span<const std::byte> bytes,
             std::span<const std::string> text, std::shared_ptr<const void> owner)
    : name_(std::move(name)),
      type_(type),
      shape_(std::move(shape)),
      bytes_(bytes),
      text_(text),
      owner_(std::move(owner)) {}

void Array::check_type(ElementType asked) const {
  if (asked == type_) return;
  const auto name = [](ElementType t) {
    const int number = static_cast<int>(t);
    return number < 1 || number > kLastElementType
               ? std::string_view("undefined")
               : dtype_of(static_cast<ElementKind>(number)).name();
  };
  throw Failure(FailureKind::usage, cat("'", escape_terminal(name_), "' has values of type ",
                                        name(type_), ", not ", name(asked)));
}

}  // namespace v1

Tensor to_tensor(const InputArray& array) {
  const DType type = dtype_of_array(array);
  const auto count = static_cast<std::size_t>(count_of(array));
  if (type == ElementKind::string) {
    check_length(array, "strings", count, array.text.size());
    Tensor t(type, array.shape);
    std::copy(array.text.begin(), array.text.end(), t.mutable_data<std::string>().begin());
    return t;
  }
  check_length(array, "bytes", byte_size(type, static_cast<std::int64_t>(count)),
               array.bytes.size());
  Tensor t(type, array.shape);
  const std::span<std::byte> out = t.mutable_bytes();
  if (type == ElementKind::boolean) {  // any byte but 0 is true
    std::transform(array.bytes.begin(), array.bytes.end(), out.begin(),
                   [](std::byte b) { return b == std::byte{0} ? b : std::byte{1}; });
  } else {
    std::copy(array.bytes.begin(), array.bytes.end(), out.begin());
  }
  return t;
}

std::vector<Tensor> to_tensors(const Graph& graph, std::span<const InputArray> inputs) {
  std::vector<Tensor> out(graph.inputs().size());
  for (const InputArray& array : inputs) {
    const auto at = std::find_if(graph.inputs().begin(), graph.inputs().end(),
                                 [&](const Value* v) { return v->name() == array.name; });
    if (at == graph.inputs().end()) {
      throw Error(Fault::usage, cat("the model has no input '", escape_terminal(array.name),
                                    "'; its inputs: ", names_of(graph.inputs())));
    }
    Tensor& slot = out[static_cast<std::size_t>(at - graph.inputs().begin())];
    if (slot.valid()) {
      throw Error(Fault::usage, cat("input '", escape_terminal(array.name), "' is given twice"));
    }
    slot = to_tensor(array);
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (out[i].valid()) continue;
    throw Error(Fault::usage,
                cat("input '", escape_terminal(graph.inputs()[i]->name()), "' is not given"));
  }
  return out;
}

Array to_array(const std::string& name, const Tensor& tensor) {
  const auto owner = std::make_shared<const Tensor>(tensor);
  std::span<const std::string> text;
  if (owner->kind() == ElementKind::string) text = owner->data<std::string>();
  return {name, to_element_type(owner->type()), owner->shape(), owner->bytes(), text, owner};
}

ElementType to_element_type(DType type) noexcept { return static_cast<ElementType>(type.kind()); }

Port to_port(const Value& value) {
  Port port;
  port.name = value.name();
  port.type = to_element_type(value.dtype());
  port.is_tensor = value.type().kind == ValueType::Kind::tensor;
  port.text = value.type().text();
  if (!port.is_tensor || !value.type().shape) return port;
  port.has_rank = true;
  for (const Dim& d : *value.type().shape) port.shape.push_back(d.is_number() ? d.number() : -1);
  return port;
}

std::unique_ptr<BatchSource> batches_of(const Graph& graph,
                                        const std::vector<std::vector<InputArray>>& batches) {
  return std::make_unique<LentBatches>(graph, batches);
}

}  // namespace pare
