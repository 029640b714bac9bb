#include <algorithm>
#include <map>
#include <memory>

#include "base/text.hpp"
#include "cli/verb.hpp"
#include "formats/format.hpp"
#include "formats/gguf/choose.hpp"
#include "formats/gguf/file.hpp"
#include "formats/gguf/types.hpp"
#include "formats/gguf/writer.hpp"
#include "formats/safetensors/file.hpp"
#include "formats/safetensors/types.hpp"
#include "formats/safetensors/writer.hpp"
#include "formats/transcode.hpp"

namespace pare {
namespace {

namespace fs = std::filesystem;

struct Arguments {
  std::string model;
  std::string output;
  std::string type;
  std::vector<std::string> rules;
  std::string split;
  bool force = false;
};

/// Where the bytes of the tensors go, one behind the other.
struct Sink {
  std::function<void(std::span<const std::byte>)> put;
  std::function<void()> commit;
  std::function<std::uint64_t()> size_bytes;
  std::vector<fs::path> paths;
};

/// What a container is to this verb.
struct Side {
  std::string name;
  std::string extension;
  std::vector<StoredTensor> tensors;
  std::uint64_t size_bytes = 0;
  std::function<void(const StoredTensor&)> release;
  const StoredType* (*find_type)(std::string_view name) = nullptr;
  /// Whether --type is for that tensor.
  bool (*is_chosen)(const StoredTensor& t) = nullptr;
  std::function<Sink(std::vector<PlannedTensor> plan, const Arguments& a)> open;
};

struct Choice {
  const StoredType* wanted = nullptr;  ///< nullptr: none, the tensor stays as it is
  const StoredType* type = nullptr;
};

/// `*` stands for any characters.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

const StoredType& type_named(const Side& side, const std::string& name) {
  const StoredType* type = side.find_type(name);
  if (type == nullptr) {
    throw Error(Fault::usage, cat("there is no type '", escape_terminal(name, 40), "' in ",
                                  side.name, "; see `pare convert --help`"));
  }
  return *type;
}

/// The type that each tensor is to get.
std::vector<Choice> choose(const Side& side, const Arguments& a) {
  std::vector<Choice> all(side.tensors.size());
  if (!a.type.empty()) {
    const StoredType& type = type_named(side, a.type);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (side.is_chosen(side.tensors[i])) all[i].wanted = &type;
    }
  }
  for (const std::string& rule : a.rules) {
    const std::size_t at = rule.rfind('=');
    if (at == std::string::npos || at == 0) {
      throw Error(Fault::usage,
                  cat("want --tensor NAME=TYPE, got '", escape_terminal(rule, 100), "'"));
    }
    const std::string pattern = rule.substr(0, at);
    const StoredType& type = type_named(side, rule.substr(at + 1));
    std::size_t uses = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!matches(pattern, side.tensors[i].name)) continue;
      all[i].wanted = &type;
      ++uses;
    }
    if (uses == 0) {
      throw Error(Fault::usage, cat("no tensor is called '", escape_terminal(pattern, 100), "'"));
    }
  }
  return all;
}

/// Takes types that fit where those wanted do not, and refuses what cannot be done before anything
/// is written.
void fit(const Side& side, std::vector<Choice>& choices) {
  std::vector<std::string> refused;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const StoredTensor& t = side.tensors[i];
    Choice& c = choices[i];
    const std::int64_t row = t.shape.empty() ? 1 : t.shape.back();
    const bool kept = c.wanted == nullptr || c.wanted->name == t.type->name;
    c.type = kept ? t.type : c.wanted;
    if (!kept && side.find_type == gguf::find_type) c.type = &gguf::fitting(*c.wanted, row);
    // Its blocks need a scale of the whole tensor beside them, which runtimes look for by name.
    const bool needs_scale = !kept && c.type->name == "NVFP4";
    if (can_transcode(*t.type, *c.type) && !needs_scale) continue;
    refused.push_back(cat(describe(t.name, *t.type, t.shape), " cannot become ", c.type->name));
  }
  if (refused.empty()) return;
  throw Error(Fault::unsupported, cat(refused.size(), " of ", choices.size(),
                                      " tensors cannot be converted, as ", refused[0]));
}

void set_entry(std::vector<gguf::Entry>& metadata, const std::string& key, std::uint32_t number) {
  for (gguf::Entry& e : metadata) {
    if (e.key != key) continue;
    e.value = gguf::Value::number(number);
    return;
  }
  metadata.push_back({key, gguf::Value::number(number)});
}

Side open_gguf(const Arguments& a) {
  const auto file = gguf::GgufFile::open(model_at(a.model));
  Side side;
  side.name = "GGUF";
  side.extension = ".gguf";
  side.tensors = file->tensors();
  for (const auto& f : file->files()) side.size_bytes += f.size_bytes;
  side.release = [file](const StoredTensor& t) { file->release(t); };
  side.find_type = gguf::find_type;
  side.is_chosen = [](const StoredTensor& t) { return gguf::is_matrix(t.name, t.shape); };
  side.open = [file](std::vector<PlannedTensor> plan, const Arguments& to) {
    std::vector<gguf::Entry> metadata = file->metadata();
    if (!to.type.empty()) {
      if (const auto number = gguf::file_type(*gguf::find_type(to.type))) {
        set_entry(metadata, "general.file_type", *number);
      }
      const bool blocks = std::any_of(plan.begin(), plan.end(),
                                      [](const PlannedTensor& t) { return t.type->values > 1; });
      constexpr std::uint32_t kQuantizationVersion = 2;
      if (blocks) set_entry(metadata, "general.quantization_version", kQuantizationVersion);
    }
    gguf::WriterOptions options;
    options.force = to.force;
    options.split_above_bytes = to.split.empty() ? 0 : parse_bytes(to.split);
    const auto writer =
        std::make_shared<gguf::GgufWriter>(to.output, metadata, std::move(plan), options);
    return Sink{[writer](std::span<const std::byte> bytes) { writer->put(bytes); },
                [writer] { writer->commit(); }, [writer] { return writer->size_bytes(); },
                writer->paths()};
  };
  return side;
}

bool is_wide_float(const StoredTensor& t) {
  switch (t.type->dtype.kind()) {
    case ElementKind::f16:
    case ElementKind::bf16:
    case ElementKind::f32:
    case ElementKind::f64: return true;
    default: return false;
  }
}

Side open_safetensors(const Arguments& a) {
  const auto file = safetensors::SafetensorsFile::open(model_at(a.model));
  Side side;
  side.name = "safetensors";
  side.extension = ".safetensors";
  side.tensors = file->tensors();
  for (const auto& f : file->files()) side.size_bytes += f.size_bytes;
  side.release = [file](const StoredTensor& t) { file->release(t); };
  side.find_type = safetensors::find_type;
  side.is_chosen = is_wide_float;
  side.open = [file](std::vector<PlannedTensor> plan, const Arguments& to) {
    safetensors::WriterOptions options;
    options.force = to.force;
    options.split_above_bytes = to.split.empty() ? 0 : parse_bytes(to.split);
    const auto writer = std::make_shared<safetensors::SafetensorsWriter>(
        to.output, file->metadata(), std::move(plan), options);
    return Sink{[writer](std::span<const std::byte> bytes) { writer->put(bytes); },
                [writer] { writer->commit(); }, [writer] { return writer->size_bytes(); },
                writer->paths()};
  };
  return side;
}

Side open_side(const Arguments& a) {
  return during([&] { return cat("reading ", escape_terminal(a.model)); },
                [&] {
                  const FormatDef& format = format_at(a.model);
                  Side side = format.name == "gguf"          ? open_gguf(a)
                              : format.name == "safetensors" ? open_safetensors(a)
                                                             : Side();
                  if (side.find_type == nullptr) {
                    throw Error(Fault::unsupported,
                                cat("want GGUF or safetensors, got: ", format.what));
                  }
                  return side;
                });
}

/// Sums of all tensors that went from one type to another.
struct Change {
  std::uint64_t tensors = 0;
  std::uint64_t bytes_before = 0;
  std::uint64_t bytes_after = 0;
  TranscodeError error;
};

class Report {
 public:
  void add(const StoredTensor& t, const Choice& c, const TranscodeError& error) {
    const std::string to(c.type->name);
    Change& change = changes_[{std::string(t.type->name), to}];
    ++change.tensors;
    change.bytes_before += t.bytes.size();
    change.bytes_after += checked_bytes(*c.type, t.shape);
    change.error.add(error);
    const bool other = c.wanted != nullptr && c.type != c.wanted && c.type->name != c.wanted->name;
    if (other) others_.push_back({t.name, std::string(c.wanted->name), to});
  }

  void show(Console& console, const Arguments& a, const Side& side, const Sink& sink) const {
    Table table({"from", "to", "tensors", "bytes before", "bytes after", "SQNR dB"});
    nlohmann::json changes = nlohmann::json::array();
    for (const auto& [types, c] : changes_) {
      table.row({types.first, types.second, cat(c.tensors), cat(c.bytes_before), cat(c.bytes_after),
                 c.error.exact() ? "exact" : fixed(c.error.sqnr_db(), 2)});
      changes.push_back(
          {{"from", types.first},
           {"to", types.second},
           {"tensors", c.tensors},
           {"bytes_before", c.bytes_before},
           {"bytes_after", c.bytes_after},
           {"exact", c.error.exact()},
           {"sqnr_db", c.error.exact() ? nlohmann::json() : nlohmann::json(c.error.sqnr_db())}});
    }
    std::string text = table.text() + "\n";
    nlohmann::json others = nlohmann::json::array();
    std::map<std::pair<std::string, std::string>, std::size_t> instead;
    for (const auto& o : others_) {
      ++instead[{o.wanted, o.to}];
      others.push_back({{"tensor", valid_utf8(o.name)}, {"wanted", o.wanted}, {"type", o.to}});
    }
    for (const auto& [types, n] : instead) {
      text += cat(n, n == 1 ? " tensor" : " tensors", " became ", types.second,
                  ", as rows are not whole blocks of ", types.first, "\n");
    }
    nlohmann::json files = nlohmann::json::array();
    for (const fs::path& p : sink.paths) files.push_back(p.string());
    text += cat(human_bytes(side.size_bytes), " -> ", human_bytes(sink.size_bytes()),
                "; written: ", a.output,
                sink.paths.size() > 1 ? cat(" in ", sink.paths.size(), " files") : "", "\n");
    console.print(text);
    console.result({{"output", a.output},
                    {"files", files},
                    {"bytes_before", side.size_bytes},
                    {"bytes_after", sink.size_bytes()},
                    {"changes", changes},
                    {"other_types", others}});
  }

 private:
  struct Other {
    std::string name;
    std::string wanted;
    std::string to;
  };
  std::map<std::pair<std::string, std::string>, Change> changes_;
  std::vector<Other> others_;
};

int run(const Arguments& a, Console& console) {
  Side side = open_side(a);
  const bool right_name = lower(fs::path(a.output).extension().string()) == side.extension ||
                          safetensors::is_index_name(a.output);
  if (!right_name) {
    throw Error(Fault::usage, cat("the input is ", side.name, "; want an output called *",
                                  side.extension, ", got ", escape_terminal(a.output)));
  }
  std::vector<Choice> choices = choose(side, a);
  fit(side, choices);
  std::vector<PlannedTensor> plan;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    plan.push_back({side.tensors[i].name, choices[i].type, side.tensors[i].shape});
  }
  const Sink sink = side.open(std::move(plan), a);
  const ProgressSink progress = console.progress();
  Report report;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const StoredTensor& t = side.tensors[i];
    progress({"converting", t.name, static_cast<double>(i), static_cast<double>(choices.size())});
    report.add(t, choices[i], transcode(t, *choices[i].type, sink.put));
    side.release(t);
  }
  sink.commit();
  report.show(console, a, side, sink);
  return 0;
}

std::string types_help() {
  std::vector<std::string> gguf_types;
  for (const StoredType& t : gguf::all_types()) {
    const bool made = t.dtype.is_float() && t.name != "NVFP4";
    if (made) gguf_types.emplace_back(t.name);
  }
  return cat("type of the weights. GGUF: of the matrices, ", join(gguf_types, " "),
             ". safetensors: of all F64, F32, F16 and BF16 tensors");
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<Arguments>();
  app.add_option("model", a->model, "GGUF or safetensors file, or an index of these")->required();
  app.add_option("-o,--output", a->output, "where the result goes")->required();
  app.add_option("--type", a->type, types_help());
  app.add_option("--tensor", a->rules,
                 "NAME=TYPE: type of the tensors of that name, in which * stands for anything; "
                 "repeatable, the last that matches holds");
  app.add_option("--split", a->split,
                 "several files, each with at most that many bytes of tensors");
  app.add_flag("--force", a->force, "replace existing files");
  return [a](Console& console) { return run(*a, console); };
}

}  // namespace

VerbDef verb_convert() {
  return {"convert",
          "rewrites GGUF and safetensors: other number formats, parts put together or cut",
          "  pare convert llama-f16.gguf -o llama-q4.gguf --type Q4_K\n"
          "  pare convert llama-f16.gguf -o mixed.gguf --type Q4_K --tensor '*ffn_down*=Q6_K'\n"
          "  pare convert m.safetensors -o bf16.safetensors --type BF16 --split 5GB\n",
          setup};
}

}  // namespace pare
