#include "formats/gguf/checkpoint.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare::gguf {

GgufCheckpoint::GgufCheckpoint(std::shared_ptr<const GgufFile> file) : file_(std::move(file)) {
  const Value* name = file_->find("general.architecture");
  if (name == nullptr) throw Error(Fault::corrupt, "there is no general.architecture");
  architecture_ = during([] { return std::string("reading general.architecture"); },
                         [&] { return name->to_text(); });
}

const Value* GgufCheckpoint::find(const std::string& key) const {
  return file_->find(cat(architecture_, ".", key));
}

std::optional<double> GgufCheckpoint::number(const std::string& key) const {
  const Value* v = find(key);
  if (v == nullptr) return std::nullopt;
  return during([&] { return cat("reading ", key); }, [&] { return v->to_real(); });
}

std::optional<bool> GgufCheckpoint::flag(const std::string& key) const {
  const Value* v = find(key);
  if (v == nullptr) return std::nullopt;
  return during([&] { return cat("reading ", key); }, [&] { return v->to_bool(); });
}

std::optional<std::string> GgufCheckpoint::text(const std::string& key) const {
  const Value* v = find(key);
  if (v == nullptr) return std::nullopt;
  return during([&] { return cat("reading ", key); }, [&] { return v->to_text(); });
}

std::optional<Shape> GgufCheckpoint::shape(const std::string& tensor) const {
  const StoredTensor* t = file_->find_tensor(tensor);
  if (t == nullptr) return std::nullopt;
  return t->shape;
}

Tensor GgufCheckpoint::load(const std::string& tensor) const {
  const StoredTensor* t = file_->find_tensor(tensor);
  if (t == nullptr) throw Error(Fault::internal, cat("no tensor ", escape_terminal(tensor)));
  return file_->load(*t);
}

}  // namespace pare::gguf
