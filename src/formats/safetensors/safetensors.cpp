#include "architectures/registry.hpp"
#include "base/file.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "formats/contents.hpp"
#include "formats/format.hpp"
#include "formats/safetensors/checkpoint.hpp"

namespace pare {
namespace safetensors {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostConfigBytes = std::uint64_t{16} << 20U;

int sniff(std::span<const std::byte> head, const fs::path& path) {
  if (is_index_name(path)) return 95;
  if (begins(head)) return 90;
  return lower(path.extension().string()) == ".safetensors" ? 80 : 0;
}

/// What config.json beside the weights says of the model.
void add_config(const fs::path& path, Contents& c) {
  const fs::path file = path.parent_path() / "config.json";
  std::error_code none;
  if (!fs::is_regular_file(file, none)) return;
  during([&] { return cat("reading ", escape_terminal(file.string())); },
         [&] {
           const auto json = parse_strict_json(read_text(file, kMostConfigBytes));
           if (!json.is_object()) throw Error(Fault::corrupt, "want a JSON object");
           for (const auto& [name, value] : json.items()) {
             const bool list = value.is_array();
             ContainerFact fact{cat("config.", name), value.type_name(), 1, value};
             if (list) {
               fact.count = value.size();
               fact.value = nlohmann::json::array();
               for (std::size_t i = 0; i < value.size() && i < kMostShownItems; ++i) {
                 fact.value.push_back(nlohmann::json(value[i]));
               }
             }
             if (name == "architectures" && list && !value.empty() && value[0].is_string()) {
               c.architecture = value[0].get<std::string>();
             }
             if (name == "quantization_config") {
               c.notes.push_back(cat(
                   "the weights are packed as config.quantization_config says: what is counted are "
                   "the numbers in the file, of which one may hold several weights"));
             }
             c.facts.push_back(std::move(fact));
           }
         });
}

nlohmann::ordered_json read_config(const fs::path& weights) {
  const fs::path file = weights.parent_path() / "config.json";
  return during([&] { return cat("reading ", escape_terminal(file.string())); },
                [&] { return parse_strict_json(read_text(file, kMostConfigBytes)); });
}

Model read(const fs::path& path, const ReadOptions&) {
  nlohmann::ordered_json config = read_config(path);
  if (config.is_object() && config.contains("quantization_config")) {
    throw Error(Fault::unsupported,
                "config.json has a quantization_config: packed weights are not read yet");
  }
  const FolderCheckpoint checkpoint(SafetensorsFile::open(path), std::move(config));
  Model model;
  model.graph = build_language_model(checkpoint);
  model.opsets = {{"", kLanguageModelOpset}};
  return model;
}

Contents list(const fs::path& path, const ReadOptions&) {
  const auto file = SafetensorsFile::open(path);
  Contents c;
  c.format = "safetensors";
  for (const auto& f : file->files()) c.files.push_back({f.path, f.size_bytes});
  for (const auto& [name, text] : file->metadata()) c.facts.push_back({name, "text", 1, text});
  add_config(path, c);
  c.tensors = file->tensors();
  c.keep_alive = file;
  return c;
}

}  // namespace
}  // namespace safetensors

/// safetensors, as Hugging Face keeps weights (docs/safetensors.md): tensors; the graph is built
/// from config.json for architectures that are known (architectures/models).
FormatDef format_safetensors() {
  FormatDef def;
  def.name = "safetensors";
  def.what = "safetensors file";
  def.extensions = {".safetensors"};
  def.sniff = safetensors::sniff;
  def.read = safetensors::read;
  def.list = safetensors::list;
  def.names_in_folders = {"model.safetensors.index.json", "model.safetensors"};
  return def;
}

}  // namespace pare
