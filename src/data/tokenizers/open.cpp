// Tokenizers in files and folders.
#include <algorithm>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "data/tokenizers/json_reader.hpp"

namespace pare {
namespace {

using Json = nlohmann::json;
using Parts = std::unique_ptr<TokenizerParts>;
namespace fs = std::filesystem;

constexpr std::uint64_t kLargestFile = std::uint64_t{256} << 20;
constexpr std::uint64_t kLargestTemplate = std::uint64_t{4} << 20;

std::string read(const fs::path& path) { return read_text(path, kLargestFile); }

std::string_view without_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

/// "vocab.json" -> "merges.txt", "gpt2_vocab.json" -> "gpt2_merges.txt".
fs::path merges_beside(const fs::path& vocabulary) {
  std::string name = vocabulary.stem().string();
  const std::size_t at = name.rfind("vocab");
  if (at != std::string::npos) name.replace(at, 5, "merges");
  return vocabulary.parent_path() / (name + ".txt");
}

Parts json_file(const fs::path& path, std::string_view text) {
  // A vocabulary has numbers only; the key says which of the two it is without parsing twice.
  if (text.find("\"model\"") != std::string_view::npos &&
      text.find("\"vocab\"") != std::string_view::npos) {
    return json_parts(text);
  }
  const fs::path merges = merges_beside(path);
  if (!fs::exists(merges)) {
    throw Error(Fault::missing,
                cat(path.string(), " has no model; as a vocabulary it needs ", merges.string()));
  }
  return gpt2_parts(text, read(merges));
}

Parts file_parts(const fs::path& path, const Json& config) {
  const std::string bytes = read(path);
  const std::string_view text = without_mark(bytes);
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  const auto flag = [&](const char* key, bool otherwise) {
    return config.is_object() ? JsonReader(config).flag(key, otherwise) : otherwise;
  };
  if (text.starts_with("GGUF")) {
    throw Error(Fault::unsupported, "a GGUF file holds a tokenizer, but is no tokenizer file");
  }
  if (text.starts_with("#version")) {
    throw Error(Fault::usage, "these are merges; name the vocabulary that lies beside them");
  }
  if (at != std::string_view::npos && text[at] == '{') return json_file(path, text);
  if (text.starts_with('\n')) {
    return sentencepiece_parts(bytes, flag("legacy", config.is_object()));
  }
  return bert_parts(text, flag("do_lower_case", true));
}

/// The tokenizer file of a folder, the most telling first.
fs::path file_of(const fs::path& folder) {
  for (const char* name :
       {"tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json", "vocab.txt"}) {
    if (fs::exists(folder / name)) return folder / name;
  }
  throw Error(Fault::usage, cat(folder.string(),
                                " has no tokenizer.json, tokenizer.model, "
                                "spiece.model, vocab.json or vocab.txt"));
}

/// A token that the configuration names, by its text or as an object with it.
TokenId configured(const TokenizerParts& parts, const Json& config, const char* key,
                   TokenId otherwise) {
  const auto at = config.find(key);
  if (at == config.end() || at->is_null()) return otherwise;
  const Json& text = at->is_object() ? JsonReader(*at).at("content") : *at;
  if (!text.is_string()) throw Error(Fault::corrupt, cat("'", key, "' is no token"));
  const TokenId id = parts.find(text.get<std::string>());
  return id < 0 ? otherwise : id;
}

void add_tokens(TokenizerParts& parts, const JsonReader& config) {
  if (!config.has("added_tokens_decoder")) return;
  const Json& tokens = config.at("added_tokens_decoder");
  if (!tokens.is_object()) throw Error(Fault::corrupt, "'added_tokens_decoder' is no object");
  std::vector<AddedToken> all = parts.added.all();
  for (const auto& [number, j] : tokens.items()) {
    if (number.empty() || number.size() > 8 ||
        number.find_first_not_of("0123456789") != std::string::npos) {
      throw Error(Fault::corrupt, cat("'", escape_terminal(number, 60), "' is no token number"));
    }
    const auto id = static_cast<TokenId>(std::stol(number));
    const JsonReader t(j);
    const std::string content = t.text("content");
    if (parts.added.by_id(id) != nullptr || parts.added.by_content(content) != nullptr) continue;
    if (id >= kMostTokens) throw Error(Fault::corrupt, cat("token number ", id));
    all.push_back({content, id, t.flag("special", false), t.flag("single_word", false),
                   t.flag("lstrip", false), t.flag("rstrip", false), t.flag("normalized", false)});
  }
  parts.added = AddedTokens(std::move(all));
}

/// One text, or a list of named ones, of which "default" counts.
std::string template_of(const JsonReader& config) {
  if (!config.has("chat_template")) return {};
  const Json& j = config.at("chat_template");
  if (j.is_string()) return j.get<std::string>();
  if (!j.is_array()) throw Error(Fault::corrupt, "'chat_template' is no text");
  for (const Json& one : j) {
    const JsonReader r(one);
    if (r.text("name") == "default") return r.text("template");
  }
  return {};
}

}  // namespace

void apply_config(TokenizerParts& parts, std::string_view text) {
  const Json config = parse_strict_json(text);
  const JsonReader r(config);
  add_tokens(parts, r);
  SpecialTokens& s = parts.special;
  s.bos = configured(parts, config, "bos_token", s.bos);
  s.eos = configured(parts, config, "eos_token", s.eos);
  s.unknown = configured(parts, config, "unk_token", s.unknown);
  s.padding = configured(parts, config, "pad_token", s.padding);
  s.separator = configured(parts, config, "sep_token", s.separator);
  s.mask = configured(parts, config, "mask_token", s.mask);
  if (r.has("add_bos_token")) {
    const bool there = !parts.before.empty() && parts.before.front() == s.bos;
    if (!r.flag("add_bos_token", false)) {
      if (there) parts.before.erase(parts.before.begin());
    } else if (!there && s.bos >= 0) {
      parts.before.insert(parts.before.begin(), s.bos);
    }
  }
  if (r.has("add_eos_token")) {
    const bool there = !parts.behind.empty() && parts.behind.back() == s.eos;
    if (!r.flag("add_eos_token", false)) {
      if (there) parts.behind.pop_back();
    } else if (!there && s.eos >= 0) {
      parts.behind.push_back(s.eos);
    }
  }
  parts.chat_template = template_of(r);
}

Tokenizer open_tokenizer(const fs::path& path) {
  return during([&] { return cat("reading the tokenizer of ", path.string()); },
                [&] {
                  if (!fs::is_directory(path)) return finish(file_parts(path, Json()));
                  const fs::path config_path = path / "tokenizer_config.json";
                  const std::string config =
                      fs::exists(config_path) ? read(config_path) : std::string();
                  Parts parts = file_parts(
                      file_of(path), config.empty() ? Json() : Json(parse_strict_json(config)));
                  if (!config.empty()) {
                    during([] { return "reading tokenizer_config.json"; },
                           [&] { apply_config(*parts, config); });
                  }
                  const fs::path chat = path / "chat_template.jinja";
                  if (fs::exists(chat)) parts->chat_template = read_text(chat, kLargestTemplate);
                  return finish(std::move(parts));
                });
}

}  // namespace pare
