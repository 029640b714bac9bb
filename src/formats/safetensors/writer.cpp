#include "formats/safetensors/writer.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "base/checked.hpp"
#include "base/cursor.hpp"
#include "base/text.hpp"
#include "formats/safetensors/file.hpp"

namespace pare::safetensors {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kAlignment = 8;
constexpr std::string_view kExtension = ".safetensors";
constexpr std::size_t kDigits = 5;

void check_text(std::string_view what, const std::string& text) {
  if (valid_utf8(text) != text) {
    throw Error(Fault::usage, cat("the ", what, " '", escape_terminal(text, 100),
                                  "' is not UTF-8, as safetensors wants it"));
  }
}

/// Text as a JSON string.
std::string quoted(const std::string& text) { return nlohmann::json(text).dump(); }

/// "model" for model.safetensors and for model.safetensors.index.json.
std::string stem_of(const fs::path& path) {
  std::string name = path.filename().string();
  if (is_index_name(path)) name.resize(name.size() - kIndexSuffix.size());
  return fs::path(name).stem().string();
}

std::string file_name(const std::string& stem, std::size_t number, std::size_t count) {
  const auto padded = [](std::size_t n) {
    const std::string text = cat(n);
    return std::string(kDigits - std::min(kDigits, text.size()), '0') + text;
  };
  return cat(stem, "-", padded(number + 1), "-of-", padded(count), kExtension);
}

}  // namespace

SafetensorsWriter::SafetensorsWriter(const fs::path& path, Metadata metadata,
                                     std::vector<PlannedTensor> tensors,
                                     const WriterOptions& options)
    : metadata_(std::move(metadata)), tensors_(std::move(tensors)) {
  check();
  cut(options.split_above_bytes);
  const std::string stem = stem_of(path);
  const bool indexed = ranges_.size() > 1 || is_index_name(path);
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    paths_.push_back(indexed ? path.parent_path() / file_name(stem, i, ranges_.size()) : path);
    files_.push_back(std::make_unique<AtomicFile>(paths_.back(), options.force));
    files_.back()->write(head(ranges_[i]));
    files_.back()->flush();
  }
  if (indexed) {
    index_ = std::make_unique<AtomicFile>(path.parent_path() / cat(stem, kExtension, kIndexSuffix),
                                          options.force);
    index_->write(index_text());
  }
  skip_finished();
}

void SafetensorsWriter::check() {
  std::unordered_set<std::string> names;
  for (const auto& [name, text] : metadata_) {
    check_text("metadata", name);
    check_text("metadata", text);
    if (!names.insert(name).second) {
      throw Error(Fault::usage,
                  cat("there are two of the metadata '", escape_terminal(name, 100), "'"));
    }
  }
  names.clear();
  for (const PlannedTensor& t : tensors_) {
    check_text("tensor", t.name);
    if (t.name == "__metadata__" || !names.insert(t.name).second) {
      throw Error(Fault::usage, cat("the name '", escape_terminal(t.name, 100),
                                    "' of a tensor is taken already"));
    }
    if (t.shape.size() > kMostRank || checked_count(t.shape) % t.type->values != 0) {
      throw Error(Fault::unsupported,
                  cat("safetensors cannot hold ", describe(t.name, *t.type, t.shape),
                      ": it does not end on a byte"));
    }
    sizes_.push_back(checked_bytes(*t.type, t.shape));
  }
}

void SafetensorsWriter::cut(std::uint64_t most_bytes) {
  ranges_.resize(1);
  std::uint64_t taken = 0;
  for (std::size_t i = 0; i < sizes_.size(); ++i) {
    const Range last = ranges_.back();
    if (most_bytes != 0 && last.end > last.begin && checked_add(taken, sizes_[i]) > most_bytes) {
      ranges_.push_back({i, i});
      taken = 0;
    }
    taken = checked_add(taken, sizes_[i]);
    ranges_.back().end = i + 1;
  }
}

std::string SafetensorsWriter::head(Range range) const {
  std::string json = "{";
  const auto separate = [&] {
    if (json.size() > 1) json += ',';
  };
  if (!metadata_.empty()) {
    json += "\"__metadata__\":{";
    for (std::size_t i = 0; i < metadata_.size(); ++i) {
      json += cat(i > 0 ? "," : "", quoted(metadata_[i].first), ":", quoted(metadata_[i].second));
    }
    json += '}';
  }
  std::uint64_t offset = 0;
  for (std::size_t i = range.begin; i < range.end; ++i) {
    const PlannedTensor& t = tensors_[i];
    const std::uint64_t end = checked_add(offset, sizes_[i]);
    separate();
    json += cat(quoted(t.name), ":{\"dtype\":\"", t.type->name, "\",\"shape\":", to_string(t.shape),
                ",\"data_offsets\":[", offset, ",", end, "]}");
    offset = end;
  }
  json += '}';
  while ((kLengthBytes + json.size()) % kAlignment != 0) json += ' ';
  if (json.size() > kMostHeaderBytes) {
    throw Error(Fault::unsupported,
                cat("the header has ", json.size(), " bytes; there can be ", kMostHeaderBytes));
  }
  std::array<std::byte, kLengthBytes> length{};
  store_le(std::span<std::byte>(length), std::uint64_t{json.size()});
  std::string out;
  for (const std::byte b : length) out += static_cast<char>(b);
  return out + json;
}

std::string SafetensorsWriter::index_text() const {
  std::uint64_t total = 0;
  for (const std::uint64_t size : sizes_) total = checked_add(total, size);
  std::string out = cat("{\n  \"metadata\": {\"total_size\": ", total, "},\n  \"weight_map\": {");
  for (std::size_t f = 0; f < ranges_.size(); ++f) {
    const std::string file = quoted(paths_[f].filename().string());
    for (std::size_t i = ranges_[f].begin; i < ranges_[f].end; ++i) {
      out += cat(i > 0 ? ",\n    " : "\n    ", quoted(tensors_[i].name), ": ", file);
    }
  }
  return out + "\n  }\n}\n";
}

/// Moves over empty tensors, and to the file of the next one.
void SafetensorsWriter::skip_finished() {
  while (tensor_ < tensors_.size() && done_ == sizes_[tensor_]) {
    done_ = 0;
    ++tensor_;
    if (tensor_ >= ranges_[file_].end && file_ + 1 < ranges_.size()) files_[file_++]->flush();
  }
}

void SafetensorsWriter::put(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  require(tensor_ < tensors_.size(), "bytes behind the last tensor of a safetensors file");
  require(bytes.size() <= sizes_[tensor_] - done_, "more bytes than a tensor of the file has");
  files_[file_]->write(bytes);
  done_ += bytes.size();
  skip_finished();
}

void SafetensorsWriter::commit() {
  require(tensor_ == tensors_.size(), "safetensors are committed before all tensors are there");
  for (std::size_t i = 0; i < files_.size(); ++i) {
    files_[i]->flush();
    const auto mapped = MappedFile::open(files_[i]->temporary_path());
    require(parse_header(mapped->bytes()).tensors.size() == ranges_[i].end - ranges_[i].begin,
            "a safetensors file does not read back as it was written");
  }
  for (const auto& file : files_) file->commit();
  if (index_ != nullptr) index_->commit();
}

std::uint64_t SafetensorsWriter::size_bytes() const noexcept {
  std::uint64_t size = 0;
  for (const auto& file : files_) size += file->size();
  return size;
}

}  // namespace pare::safetensors
