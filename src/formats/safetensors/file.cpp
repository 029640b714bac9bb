#include "formats/safetensors/file.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"

namespace pare::safetensors {
namespace {

namespace fs = std::filesystem;

/// weight_map of an index: which file has which tensor.
std::unordered_map<std::string, std::string> read_index(const fs::path& path) {
  const auto json = parse_strict_json(read_text(path, kMostIndexBytes));
  const auto map = json.is_object() ? json.find("weight_map") : json.end();
  if (map == json.end() || !map->is_object()) {
    throw Error(Fault::corrupt, "the index has no object weight_map");
  }
  std::unordered_map<std::string, std::string> files;
  for (const auto& [tensor, file] : map->items()) {
    if (!file.is_string()) {
      throw Error(Fault::corrupt, cat("weight_map has no file name for tensor '",
                                      escape_terminal(tensor, 100), "'"));
    }
    files.emplace(tensor, file.get<std::string>());
  }
  if (files.empty()) throw Error(Fault::corrupt, "weight_map of the index names no tensor");
  return files;
}

}  // namespace

bool is_index_name(const fs::path& path) {
  const std::string name = lower(path.filename().string());
  const std::string suffix = cat(".safetensors", kIndexSuffix);
  return name.size() > suffix.size() &&
         name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0;
}

std::shared_ptr<const SafetensorsFile> SafetensorsFile::parse(std::span<const std::byte> bytes,
                                                              std::shared_ptr<const void> owner) {
  auto file = std::make_shared<SafetensorsFile>();
  file->add({}, bytes, std::move(owner), nullptr);
  return file;
}

std::shared_ptr<const SafetensorsFile> SafetensorsFile::open(const fs::path& path) {
  auto file = std::make_shared<SafetensorsFile>();
  if (is_index_name(path)) {
    file->open_index(path);
  } else {
    const auto mapped = MappedFile::open(path);
    file->add(path, mapped->bytes(), mapped, mapped);
  }
  return file;
}

void SafetensorsFile::open_index(const fs::path& path) {
  const auto where = read_index(path);
  std::set<std::string> distinct;
  for (const auto& [tensor, file] : where) distinct.insert(file);
  const std::vector<std::string> names(distinct.begin(), distinct.end());
  for (const std::string& name : names) {
    during([&] { return cat("reading ", escape_terminal(name, 200), ", which the index names"); },
           [&] {
             const auto mapped = MappedFile::open_contained(path, name);
             add(mapped->path(), mapped->bytes(), mapped, mapped);
           });
  }
  check_index(where, names);
}

void SafetensorsFile::check_index(const std::unordered_map<std::string, std::string>& where,
                                  const std::vector<std::string>& names) const {
  for (const auto& [tensor, file] : where) {
    const StoredTensor* t = find_tensor(tensor);
    if (t != nullptr && names[t->file] == file) continue;
    throw Error(Fault::corrupt, cat("the index says that tensor '", escape_terminal(tensor, 100),
                                    "' is in ", escape_terminal(file, 200), "; it is not there"));
  }
  for (const StoredTensor& t : tensors_) {
    if (where.count(t.name) != 0) continue;
    throw Error(Fault::corrupt, cat("tensor '", escape_terminal(t.name, 100), "' of ",
                                    escape_terminal(files_[t.file].path.filename().string()),
                                    " is not in the index"));
  }
}

void SafetensorsFile::add(const fs::path& path, std::span<const std::byte> bytes,
                          std::shared_ptr<const void> owner,
                          std::shared_ptr<const MappedFile> map) {
  Header header = parse_header(bytes);
  for (StoredTensor& t : header.tensors) {
    t.file = files_.size();
    if (!names_.emplace(t.name, tensors_.size()).second) {
      throw Error(Fault::corrupt,
                  cat("tensor '", escape_terminal(t.name, 100), "' is in two files of the model"));
    }
    tensors_.push_back(std::move(t));
  }
  if (files_.empty()) metadata_ = std::move(header.metadata);
  files_.push_back({path, bytes.size()});
  owners_.push_back(std::move(owner));
  maps_.push_back(std::move(map));
}

const StoredTensor* SafetensorsFile::find_tensor(const std::string& name) const {
  const auto at = names_.find(name);
  return at == names_.end() ? nullptr : &tensors_[at->second];
}

Tensor SafetensorsFile::load(const StoredTensor& tensor) const {
  return load_tensor(tensor, owners_.at(tensor.file));
}

void SafetensorsFile::release(const StoredTensor& tensor) const {
  if (maps_.at(tensor.file) != nullptr) maps_[tensor.file]->release(tensor.bytes);
}

}  // namespace pare::safetensors
