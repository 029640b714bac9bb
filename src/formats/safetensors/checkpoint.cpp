#include "formats/safetensors/checkpoint.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare::safetensors {
namespace {

[[noreturn]] void fail(const std::string& key, const char* wanted,
                       const nlohmann::ordered_json& got) {
  throw Error(Fault::corrupt, cat(key, ": want ", wanted, ", got ", got.type_name()));
}

}  // namespace

FolderCheckpoint::FolderCheckpoint(std::shared_ptr<const SafetensorsFile> file,
                                   nlohmann::ordered_json config)
    : file_(std::move(file)), config_(std::move(config)) {
  if (!config_.is_object()) throw Error(Fault::corrupt, "config.json: want an object");
  const auto type = text("model_type");
  if (!type) throw Error(Fault::corrupt, "config.json: there is no model_type");
  architecture_ = *type;
}

const nlohmann::ordered_json* FolderCheckpoint::find(const std::string& key) const {
  const nlohmann::ordered_json* at = &config_;
  for (const std::string& part : split(key, '.')) {
    if (!at->is_object()) return nullptr;
    const auto it = at->find(part);
    if (it == at->end() || it->is_null()) return nullptr;
    at = &*it;
  }
  return at;
}

std::optional<double> FolderCheckpoint::number(const std::string& key) const {
  const auto* v = find(key);
  if (v == nullptr) return std::nullopt;
  if (!v->is_number()) fail(key, "a number", *v);
  return v->get<double>();
}

std::optional<bool> FolderCheckpoint::flag(const std::string& key) const {
  const auto* v = find(key);
  if (v == nullptr) return std::nullopt;
  if (!v->is_boolean()) fail(key, "true or false", *v);
  return v->get<bool>();
}

std::optional<std::string> FolderCheckpoint::text(const std::string& key) const {
  const auto* v = find(key);
  if (v == nullptr) return std::nullopt;
  if (!v->is_string()) fail(key, "a text", *v);
  return v->get<std::string>();
}

std::optional<Shape> FolderCheckpoint::shape(const std::string& tensor) const {
  const StoredTensor* t = file_->find_tensor(tensor);
  if (t == nullptr) return std::nullopt;
  return t->shape;
}

Tensor FolderCheckpoint::load(const std::string& tensor) const {
  const StoredTensor* t = file_->find_tensor(tensor);
  if (t == nullptr) throw Error(Fault::internal, cat("no tensor ", escape_terminal(tensor)));
  return file_->load(*t);
}

}  // namespace pare::safetensors
