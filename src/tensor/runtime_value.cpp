#include "tensor/runtime_value.hpp"

#include <algorithm>

namespace pare {
namespace {

[[noreturn]] void wanted(const char* what, const RuntimeValue& got) {
  throw Error(Fault::corrupt, cat("want ", what, ", got ", got.kind_text()));
}

}  // namespace

RuntimeValue RuntimeValue::sequence(std::vector<RuntimeValue> elements) {
  RuntimeValue out;
  out.elements_ = std::make_shared<const std::vector<RuntimeValue>>(std::move(elements));
  return out;
}

RuntimeValue RuntimeValue::map(Tensor keys, Tensor values) {
  if (keys.rank() != 1 || values.rank() != 1 || keys.size() != values.size()) {
    throw Error(Fault::corrupt, cat("a map of keys ", to_string(keys.shape()), " to values ",
                                    to_string(values.shape())));
  }
  RuntimeValue out(std::move(values));
  out.keys_ = std::make_shared<const Tensor>(std::move(keys));
  return out;
}

const Tensor& RuntimeValue::tensor() const {
  if (!is_tensor()) wanted("a tensor", *this);
  return tensor_;
}

Tensor& RuntimeValue::mutable_tensor() {
  if (!is_tensor()) wanted("a tensor", *this);
  return tensor_;
}

const std::vector<RuntimeValue>& RuntimeValue::elements() const {
  if (!is_sequence()) wanted("a sequence", *this);
  return *elements_;
}

const Tensor& RuntimeValue::keys() const {
  if (!is_map()) wanted("a map", *this);
  return *keys_;
}

const Tensor& RuntimeValue::values() const {
  if (!is_map()) wanted("a map", *this);
  return tensor_;
}

const char* RuntimeValue::kind_text() const noexcept {
  if (is_map()) return "a map";
  if (is_sequence()) return "a sequence";
  return is_tensor() ? "a tensor" : "nothing";
}

bool identical(const RuntimeValue& a, const RuntimeValue& b) {
  if (a.is_map()) {
    return b.is_map() && identical(a.keys(), b.keys()) && identical(a.values(), b.values());
  }
  if (a.is_sequence()) {
    return b.is_sequence() &&
           std::equal(a.elements().begin(), a.elements().end(), b.elements().begin(),
                      b.elements().end(),
                      [](const RuntimeValue& x, const RuntimeValue& y) { return identical(x, y); });
  }
  if (!a.valid()) return !b.valid();
  return b.is_tensor() && identical(a.tensor(), b.tensor());
}

std::vector<RuntimeValue> values_of(std::vector<Tensor> tensors) {
  return {std::make_move_iterator(tensors.begin()), std::make_move_iterator(tensors.end())};
}

std::vector<Tensor> tensors_of(std::vector<RuntimeValue> values) {
  std::vector<Tensor> out;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].is_sequence() || values[i].is_map()) {
      throw Error(Fault::unsupported,
                  cat("value ", i, " is ", values[i].kind_text(), ", a tensor is wanted"));
    }
    out.push_back(values[i].valid() ? std::move(values[i].mutable_tensor()) : Tensor());
  }
  return out;
}

}  // namespace pare
