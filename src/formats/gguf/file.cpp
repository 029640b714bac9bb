#include "formats/gguf/file.hpp"

#include <array>
#include <cstdio>
#include <optional>

#include "base/checked.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace pare::gguf {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExtension = ".gguf";
constexpr std::size_t kDigits = 5;

/// What a file says of the set that it belongs to.
struct SplitFacts {
  std::uint64_t number = 0;
  std::uint64_t count = 0;
  std::uint64_t tensors = 0;
};

/// Nothing for a model in one file.
std::optional<SplitFacts> split_facts(const Part& part) {
  const Value* count = part.find("split.count");
  if (count == nullptr) return std::nullopt;
  return during(
      [] { return std::string("reading split.count, split.no, split.tensors.count"); },
      [&]() -> std::optional<SplitFacts> {
        SplitFacts facts;
        facts.count = count->to_unsigned();
        if (facts.count <= 1) return std::nullopt;
        const Value* number = part.find("split.no");
        const Value* tensors = part.find("split.tensors.count");
        if (number == nullptr || tensors == nullptr) {
          throw Error(Fault::corrupt, cat("the file is one of ", facts.count,
                                          " parts and does not say which, or of how many tensors"));
        }
        facts.number = number->to_unsigned();
        facts.tensors = tensors->to_unsigned();
        if (facts.number >= facts.count) {
          throw Error(Fault::corrupt,
                      cat("the file is part ", facts.number, " (from 0) of ", facts.count));
        }
        return facts;
      });
}

/// The number in that many digits at `at`; nothing when there are other characters.
std::optional<std::uint32_t> digits_at(std::string_view text, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < kDigits; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return number;
}

}  // namespace

std::optional<SplitName> parse_split_name(const fs::path& path) {
  const std::string name = path.filename().string();
  constexpr std::string_view kOf = "-of-";
  constexpr std::size_t kTail = 1 + kDigits + kOf.size() + kDigits + kExtension.size();
  if (name.size() <= kTail) return std::nullopt;
  const std::string_view whole = name;
  const std::string_view tail = whole.substr(name.size() - kTail);
  if (tail[0] != '-' || tail.substr(1 + kDigits, kOf.size()) != kOf ||
      tail.substr(kTail - kExtension.size()) != kExtension) {
    return std::nullopt;
  }
  const auto number = digits_at(tail, 1);
  const auto count = digits_at(tail, 1 + kDigits + kOf.size());
  if (!number || !count || *number == 0 || *number > *count) return std::nullopt;
  return SplitName{name.substr(0, name.size() - kTail), *number - 1, *count};
}

std::string split_name(std::string_view stem, std::uint32_t number, std::uint32_t count) {
  const auto padded = [](std::uint32_t n) {
    const std::string text = cat(n);
    return std::string(kDigits - std::min(kDigits, text.size()), '0') + text;
  };
  return cat(stem, "-", padded(number + 1), "-of-", padded(count), kExtension);
}

std::shared_ptr<const GgufFile> GgufFile::parse(std::span<const std::byte> bytes,
                                                std::shared_ptr<const void> owner,
                                                const ReadOptions& options) {
  auto file = std::make_shared<GgufFile>();
  Part part = parse_part(bytes, owner, options.memory_budget_bytes);
  if (const auto facts = split_facts(part)) {
    throw Error(Fault::unsupported,
                cat("this is one of ", facts->count, " parts of a model; want all of them"));
  }
  file->add(std::move(part), {}, bytes, std::move(owner), nullptr);
  return file;
}

std::shared_ptr<const GgufFile> GgufFile::open(const fs::path& path, const ReadOptions& options) {
  const auto mapped = MappedFile::open(path);
  auto file = std::make_shared<GgufFile>();
  Part part = parse_part(mapped->bytes(), mapped, options.memory_budget_bytes);
  if (split_facts(part)) {
    file->open_parts(path, options);
  } else {
    file->add(std::move(part), path, mapped->bytes(), mapped, mapped);
  }
  return file;
}

void GgufFile::open_parts(const fs::path& path, const ReadOptions& options) {
  const auto named = parse_split_name(path);
  if (!named) {
    throw Error(Fault::corrupt,
                cat("'", escape_terminal(path.filename().string()),
                    "' is a part of a split model; want a name such as model-00001-of-00003.gguf, "
                    "which tells where the others are"));
  }
  std::uint64_t tensors = 0;
  for (std::uint32_t i = 0; i < named->count; ++i) {
    const std::string name = split_name(named->stem, i, named->count);
    during(
        [&] {
          return cat("reading part ", i + 1, " of ", named->count, ", ", escape_terminal(name));
        },
        [&] {
          const auto mapped = MappedFile::open_contained(path, name);
          Part part = parse_part(mapped->bytes(), mapped, options.memory_budget_bytes);
          const auto facts = split_facts(part);
          if (!facts || facts->count != named->count || facts->number != i) {
            throw Error(Fault::corrupt,
                        facts ? cat("the file says that it is part ", facts->number + 1, " of ",
                                    facts->count)
                              : std::string("the file does not say that it is a part"));
          }
          if (i > 0 && facts->tensors != tensors) {
            throw Error(Fault::corrupt, cat("the model has ", facts->tensors, " tensors here and ",
                                            tensors, " in the first part"));
          }
          tensors = facts->tensors;
          add(std::move(part), mapped->path(), mapped->bytes(), mapped, mapped);
        });
  }
  if (tensors_.size() != tensors) {
    throw Error(Fault::corrupt, cat("split.tensors.count is ", tensors, "; the ", named->count,
                                    " parts have ", tensors_.size(), " tensors"));
  }
}

void GgufFile::add(Part part, const fs::path& path, std::span<const std::byte> bytes,
                   std::shared_ptr<const void> owner, std::shared_ptr<const MappedFile> map) {
  for (StoredTensor& t : part.tensors) {
    t.file = files_.size();
    if (!names_.emplace(t.name, tensors_.size()).second) {
      throw Error(Fault::corrupt,
                  cat("tensor '", escape_terminal(t.name, 100), "' is in two parts of the model"));
    }
    tensors_.push_back(std::move(t));
  }
  part.tensors.clear();
  files_.push_back({path, bytes.size(), part.unused_bytes});
  owners_.push_back(std::move(owner));
  maps_.push_back(std::move(map));
  if (files_.size() > 1) return;
  version_ = part.version;
  first_ = std::move(part);
}

const StoredTensor* GgufFile::find_tensor(const std::string& name) const {
  const auto at = names_.find(name);
  return at == names_.end() ? nullptr : &tensors_[at->second];
}

Tensor GgufFile::load(const StoredTensor& tensor) const {
  return load_tensor(tensor, owners_.at(tensor.file));
}

void GgufFile::release(const StoredTensor& tensor) const {
  if (maps_.at(tensor.file) != nullptr) maps_[tensor.file]->release(tensor.bytes);
}

}  // namespace pare::gguf
