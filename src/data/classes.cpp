#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/file.hpp"
#include "base/text.hpp"
#include "data/sources.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kListLimitBytes = std::uint64_t{16} << 20;
constexpr std::size_t kYamlNameLimit = 20'000;
constexpr std::int64_t kClassLimit = 1'000'000;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (at < line.size()) {
    const std::size_t begin = line.find_first_not_of(" \t", at);
    if (begin == std::string_view::npos) break;
    at = std::min(line.find_first_of(" \t", begin), line.size());
    words.push_back(line.substr(begin, at - begin));
  }
  return words;
}

/// "n01440764": the name of a WordNet entry.
bool is_wordnet_id(std::string_view word) {
  return word.size() == 9 && word[0] == 'n' &&
         std::all_of(word.begin() + 1, word.end(),
                     [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
}

std::string name_of(std::string_view line, std::size_t index) {
  const auto words = words_of(line);
  if (words.size() < 2 || words[0] != cat(index)) return std::string(line);
  const std::size_t first = words.size() > 2 && is_wordnet_id(words[1]) ? 2 : 1;
  const auto begin = static_cast<std::size_t>(words[first].data() - line.data());
  return std::string(line.substr(begin));
}

std::vector<std::string> names_from_text(const fs::path& file) {
  std::vector<std::string> names;
  for (const std::string& raw : split(read_text(file, kListLimitBytes), '\n')) {
    const std::string_view line = trim(raw);
    if (!line.empty()) names.push_back(name_of(line, names.size()));
  }
  return names;
}

/// `names` of a detection set's YAML: a list, or a map from index to name without gaps.
std::vector<std::string> names_from_yaml(const fs::path& file) {
  std::vector<std::string> names;
  try {
    const YAML::Node root = YAML::Load(read_text(file, kListLimitBytes));
    if (!root.IsMap() || !root["names"]) return names;
    const YAML::Node list = root["names"];
    if (list.size() > kYamlNameLimit) return names;  // looking up in a YAML map is slow
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!list[i]) return {};
      names.push_back(list[i].as<std::string>());
    }
  } catch (const YAML::Exception& error) {
    throw Error(Fault::config, cat(file.string(), " line ", error.mark.line + 1, ": ", error.msg));
  }
  return names;
}

bool is_yaml(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

}  // namespace

std::vector<std::string> find_class_names(const fs::path& dir) {
  for (const char* name : {"classes.txt", "batches.meta.txt", "labels.txt"}) {
    if (fs::is_regular_file(dir / name)) return names_from_text(dir / name);
  }
  for (const std::string& name : list_files(dir, false, is_yaml)) {
    auto names = names_from_yaml(dir / name);
    if (!names.empty()) return names;
  }
  return {};
}

std::int64_t count_classes(const std::vector<std::int64_t>& labels,
                           const std::vector<std::string>& class_names) {
  std::int64_t greatest = -1;
  for (const std::int64_t label : labels) {
    if (label < 0 || label >= kClassLimit) {
      throw Error(Fault::corrupt, cat("class index ", label, " (want 0 to ", kClassLimit - 1, ")"));
    }
    greatest = std::max(greatest, label);
  }
  const auto named = static_cast<std::int64_t>(class_names.size());
  if (named > 0 && greatest >= named) {
    throw Error(Fault::corrupt, cat("class index ", greatest, ", but there are names for ", named,
                                    " classes only"));
  }
  return labels.empty() ? 0 : std::max(named, greatest + 1);
}

std::vector<std::int64_t> labels_from(const Tensor& values, std::int64_t count) {
  const bool fits = values.type().is_integer() && values.size() == count && values.rank() >= 1 &&
                    values.dim(0) == count;
  if (!fits) {
    throw Error(Fault::usage, cat("labels are ", values.type().name(), to_string(values.shape()),
                                  "; want integers [", count, "]"));
  }
  return values.to_ints();
}

}  // namespace pare
