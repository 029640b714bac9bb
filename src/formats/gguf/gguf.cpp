#include <array>
#include <charconv>

#include "architectures/registry.hpp"
#include "base/text.hpp"
#include "formats/contents.hpp"
#include "formats/format.hpp"
#include "formats/gguf/checkpoint.hpp"

namespace pare {
namespace gguf {
namespace {

int sniff(std::span<const std::byte> head, const std::filesystem::path& path) {
  if (begins(head)) return 100;
  return lower(path.extension().string()) == ".gguf" ? 80 : 0;
}

/// The number with the fewest digits that is this float32: 1e-05, not 9.999999747378752e-06.
double shortest(float x) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), x).ptr;
  double y = x;
  std::from_chars(text.data(), end, y);
  return y;
}

/// Numbers, truth values and texts as they are; of arrays the first elements.
nlohmann::json to_json(const Value& v) {
  switch (v.type()) {
    case ValueType::text: return valid_utf8(v.to_text());
    case ValueType::boolean: return v.to_bool();
    case ValueType::f32: return shortest(static_cast<float>(v.to_real()));
    case ValueType::f64: return v.to_real();
    case ValueType::u64: return v.to_unsigned();
    case ValueType::array: {
      nlohmann::json all = nlohmann::json::array();
      for (const Value& item : v.items(kMostShownItems)) all.push_back(to_json(item));
      return all;
    }
    default: return v.to_signed();
  }
}

Contents list(const std::filesystem::path& path, const ReadOptions& options) {
  const auto file = GgufFile::open(path, options);
  Contents c;
  c.format = cat("GGUF version ", file->version());
  for (const auto& f : file->files()) {
    c.files.push_back({f.path, f.size_bytes});
    if (f.unused_bytes == 0) continue;
    c.notes.push_back(cat(f.unused_bytes, " bytes behind the last tensor of ",
                          escape_terminal(f.path.filename().string()), " belong to nothing"));
  }
  for (const Entry& e : file->metadata()) {
    c.facts.push_back({e.key, e.value.type_text(), e.value.count(), to_json(e.value)});
  }
  if (const Value* v = file->find("general.architecture"); v != nullptr) {
    c.architecture = during([] { return std::string("reading general.architecture"); },
                            [&] { return v->to_text(); });
  }
  c.tensors = file->tensors();
  c.keep_alive = file;
  return c;
}

Model read(const std::filesystem::path& path, const ReadOptions& options) {
  const GgufCheckpoint checkpoint(GgufFile::open(path, options));
  Model model;
  model.graph = build_language_model(checkpoint);
  model.opsets = {{"", kLanguageModelOpset}};
  return model;
}

}  // namespace
}  // namespace gguf

/// GGUF, the files of llama.cpp and others (docs/gguf.md): weights and metadata; the graph is built
/// for architectures that are known (architectures/models).
FormatDef format_gguf() {
  FormatDef def;
  def.name = "gguf";
  def.what = "GGUF model";
  def.extensions = {".gguf"};
  def.sniff = gguf::sniff;
  def.read = gguf::read;
  def.list = gguf::list;
  return def;
}

}  // namespace pare
