#include "formats/gguf/writer.hpp"

#include <array>
#include <unordered_set>

#include "base/checked.hpp"
#include "base/text.hpp"
#include "formats/gguf/file.hpp"

namespace pare::gguf {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSplitPrefix = "split.";
constexpr std::size_t kMostParts = 65535;

template <class T>
void append(std::string& out, T value) {
  std::array<std::byte, sizeof(T)> bytes{};
  store_le(std::span<std::byte>(bytes), value);
  for (const std::byte b : bytes) out += static_cast<char>(b);
}

void append_text(std::string& out, std::string_view text) {
  append(out, std::uint64_t{text.size()});
  out += text;
}

bool is_split_key(std::string_view key) {
  return key.substr(0, kSplitPrefix.size()) == kSplitPrefix;
}

void check_name(std::string_view what, const std::string& name, std::size_t most_bytes,
                std::unordered_set<std::string>& seen) {
  if (name.empty() || name.size() > most_bytes) {
    throw Error(Fault::usage, cat("the ", what, " '", escape_terminal(name, 100), "' has ",
                                  name.size(), " bytes; want 1 to ", most_bytes));
  }
  if (!seen.insert(name).second) {
    throw Error(Fault::usage,
                cat("there are two of the ", what, " '", escape_terminal(name, 100), "'"));
  }
}

void check_shape(const PlannedTensor& t) {
  const auto refuse = [&](const std::string& why) {
    throw Error(Fault::unsupported,
                cat("GGUF cannot hold ", describe(t.name, *t.type, t.shape), ": ", why));
  };
  if (t.shape.size() > kMostDims) refuse(cat("more than ", kMostDims, " dimensions"));
  for (const std::int64_t d : t.shape) {
    if (d < 1) refuse("it is empty");
  }
  const std::int64_t row = t.shape.empty() ? 1 : t.shape.back();
  if (row % static_cast<std::int64_t>(t.type->values) != 0) {
    refuse(cat("rows of ", row, " values are not whole blocks of ", t.type->values));
  }
}

fs::path part_path(const fs::path& path, std::uint32_t number, std::uint32_t count) {
  const auto named = parse_split_name(path);
  const std::string stem = named ? named->stem : path.stem().string();
  return path.parent_path() / split_name(stem, number, count);
}

}  // namespace

GgufWriter::GgufWriter(const fs::path& path, const std::vector<Entry>& metadata,
                       std::vector<PlannedTensor> tensors, const WriterOptions& options)
    : tensors_(std::move(tensors)) {
  check(metadata);
  ranges_ = cut(options.split_above_bytes);
  if (ranges_.size() > kMostParts) {
    throw Error(Fault::usage, cat(ranges_.size(), " parts; there can be ", kMostParts));
  }
  const auto count = static_cast<std::uint32_t>(ranges_.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    paths_.push_back(count == 1 ? path : part_path(path, i, count));
    files_.push_back(std::make_unique<AtomicFile>(paths_.back(), options.force));
    files_.back()->write(head(metadata, ranges_[i]));
    files_.back()->align(alignment_);
    files_.back()->flush();
  }
  begin_tensor();
}

void GgufWriter::check(const std::vector<Entry>& metadata) {
  std::unordered_set<std::string> keys;
  for (const Entry& e : metadata) {
    check_name("key", e.key, kMostKeyBytes, keys);
    if (e.key != kAlignmentKey) continue;
    alignment_ = e.value.type() == ValueType::u32 ? e.value.to_unsigned() : 0;
    if (alignment_ == 0 || (alignment_ & (alignment_ - 1)) != 0 || alignment_ > kMostAlignment) {
      throw Error(Fault::usage,
                  cat(kAlignmentKey, " must be a power of two up to ", kMostAlignment, " as u32"));
    }
  }
  std::unordered_set<std::string> names;
  for (const PlannedTensor& t : tensors_) {
    check_name("tensor", t.name, kMostNameBytes, names);
    check_shape(t);
    sizes_.push_back(checked_bytes(*t.type, t.shape));
  }
}

std::vector<GgufWriter::Range> GgufWriter::cut(std::uint64_t most_bytes) const {
  std::vector<Range> ranges(1);
  std::uint64_t taken = 0;
  for (std::size_t i = 0; i < sizes_.size(); ++i) {
    const std::uint64_t size = aligned(sizes_[i], alignment_);
    Range& last = ranges.back();
    if (most_bytes != 0 && last.end > last.begin && checked_add(taken, size) > most_bytes) {
      ranges.push_back({i, i});
      taken = 0;
    }
    taken = checked_add(taken, size);
    ranges.back().end = i + 1;
  }
  return ranges;
}

std::string GgufWriter::head(const std::vector<Entry>& metadata, Range range) const {
  std::vector<Entry> entries;
  const bool split = ranges_.size() > 1;
  for (const Entry& e : metadata) {
    // The other parts need to know only how they are aligned.
    if (is_split_key(e.key) || (range.begin > 0 && e.key != kAlignmentKey)) continue;
    entries.push_back(e);
  }
  if (split) {
    std::uint16_t number = 0;
    while (ranges_[number].begin != range.begin) ++number;
    entries.push_back({"split.no", Value::number(number)});
    entries.push_back({"split.count", Value::number(static_cast<std::uint16_t>(ranges_.size()))});
    entries.push_back(
        {"split.tensors.count", Value::number(checked_cast<std::int32_t>(tensors_.size()))});
  }
  std::string out = "GGUF";
  append(out, kNewestVersion);
  append(out, static_cast<std::uint64_t>(range.end - range.begin));
  append(out, static_cast<std::uint64_t>(entries.size()));
  for (const Entry& e : entries) {
    append_text(out, e.key);
    e.value.append_to(out);
  }
  std::uint64_t offset = 0;
  for (std::size_t i = range.begin; i < range.end; ++i) {
    const PlannedTensor& t = tensors_[i];
    const Shape shape = t.shape.empty() ? Shape{1} : t.shape;
    append_text(out, t.name);
    append(out, static_cast<std::uint32_t>(shape.size()));
    for (auto d = shape.rbegin(); d != shape.rend(); ++d) append(out, *d);
    append(out, t.type->id);
    append(out, offset);
    offset = aligned(checked_add(offset, sizes_[i]), alignment_);
  }
  return out;
}

/// Moves to the file of the next tensor.
void GgufWriter::begin_tensor() {
  while (file_ + 1 < ranges_.size() && tensor_ >= ranges_[file_].end) {
    files_[file_]->flush();
    ++file_;
  }
}

void GgufWriter::put(std::span<const std::byte> bytes) {
  require(tensor_ < tensors_.size(), "bytes behind the last tensor of a GGUF file");
  require(bytes.size() <= sizes_[tensor_] - done_, "more bytes than a tensor of a GGUF file has");
  files_[file_]->write(bytes);
  done_ += bytes.size();
  if (done_ < sizes_[tensor_]) return;
  files_[file_]->align(alignment_);
  done_ = 0;
  ++tensor_;
  begin_tensor();
}

void GgufWriter::commit() {
  require(tensor_ == tensors_.size(), "a GGUF file is committed before all tensors are there");
  for (std::size_t i = 0; i < files_.size(); ++i) {
    files_[i]->flush();
    const auto mapped = MappedFile::open(files_[i]->temporary_path());
    const Part part = parse_part(mapped->bytes(), mapped);
    require(part.tensors.size() == ranges_[i].end - ranges_[i].begin && part.unused_bytes == 0,
            "a GGUF file does not read back as it was written");
  }
  for (std::size_t i = files_.size(); i-- > 0;) files_[i]->commit();
}

std::uint64_t GgufWriter::size_bytes() const noexcept {
  std::uint64_t size = 0;
  for (const auto& file : files_) size += file->size();
  return size;
}

}  // namespace pare::gguf
