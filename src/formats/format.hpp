#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.hpp"

namespace pare {

struct Contents;  // formats/contents.hpp

/// Limits on what a reader may make of an untrusted file.
struct ReadOptions {
  std::uint64_t memory_budget_bytes = 0;  ///< 0 = twice the file + 256 MiB
  std::size_t most_nodes = 4'000'000;     ///< after inlining functions
};

struct WriteOptions {
  int opset = 0;       ///< ai.onnx operator set; 0 = the model's own where it suffices
  bool force = false;  ///< replace an existing file
  std::uint64_t external_above_bytes = 1'500'000'000;  ///< weights go to a file beside the model
};

/// A file format. Folder formats/<name>/ exports `FormatDef format_<name>()`.
struct FormatDef {
  std::string_view name;
  std::string_view what;
  std::vector<std::string> extensions;  ///< ".onnx"
  /// Judges by content (first bytes), 0 = no, 100 = certainly.
  int (*sniff)(std::span<const std::byte> head, const std::filesystem::path& path) = nullptr;
  Model (*read)(const std::filesystem::path& path, const ReadOptions&) = nullptr;
  void (*write)(const Model& model, const std::filesystem::path& path,
                const WriteOptions&) = nullptr;  ///< null = read only
  /// What is in a container of tensors, whether its architecture has a graph or not; null: the
  /// format holds graphs, and has no such list.
  Contents (*list)(const std::filesystem::path& path, const ReadOptions&) = nullptr;
  /// Names of the file to open where a folder is given, the first that exists.
  std::vector<std::string> names_in_folders;
};

const std::vector<FormatDef>& all_formats();
/// Reads a model of any known format, told by content. Errors name the file.
Model read_model(const std::filesystem::path& path, const ReadOptions& options = {});
/// The file that is meant: `path` itself, or the model in the folder at `path`. Errors:
/// Fault::usage for a folder without a model or with several.
std::filesystem::path model_at(const std::filesystem::path& path);
/// The format that the content of a file (or of the model in a folder) speaks for most. Errors as
/// read_model().
const FormatDef& format_at(const std::filesystem::path& path);
/// Whether the file is of a format that holds tensors and no graph, and so has a list of contents
/// (formats/contents.hpp). A folder is one when it holds such a file. Errors: as read_model().
bool is_container(const std::filesystem::path& path);
/// What is in a container of tensors, told by content; a folder stands for the model in it. Errors
/// name the file; Fault::unsupported where the format has a graph.
Contents list_contents(const std::filesystem::path& path, const ReadOptions& options = {});
/// Writes by extension. Fault::usage when no writer has it.
void write_model(const Model& model, const std::filesystem::path& path,
                 const WriteOptions& options = {});

}  // namespace pare
