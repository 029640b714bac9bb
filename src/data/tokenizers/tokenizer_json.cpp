// tokenizer.json of Hugging Face. Source: huggingface/tokenizers.
#include <algorithm>
#include <limits>

#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "data/tokenizers/json_reader.hpp"
#include "data/tokenizers/scored.hpp"
#include "data/tokenizers/utf8.hpp"

namespace pare {
namespace {

using Json = nlohmann::json;
using Parts = std::unique_ptr<TokenizerParts>;

std::int64_t id_of(const Json& j, const std::string& what) {
  if (!j.is_number_integer() || (j.is_number_unsigned() && j.get<std::uint64_t>() > INT64_MAX)) {
    throw Error(Fault::corrupt, cat(what, " has no number"));
  }
  return j.get<std::int64_t>();
}

Vocabulary vocabulary_object(const Json& j) {
  if (!j.is_object()) throw Error(Fault::corrupt, "'vocab' is no object");
  Vocabulary v;
  v.expect(j.size());
  for (const auto& [text, id] : j.items()) {
    v.add(text, id_of(id, cat("token '", escape_terminal(text, 60), "'")));
  }
  return v;
}

std::vector<std::pair<std::string, std::string>> merges_of(const Json& list) {
  std::vector<std::pair<std::string, std::string>> merges;
  merges.reserve(list.size());
  for (const Json& m : list) {
    if (m.is_string()) {
      const auto text = m.get<std::string>();
      const std::size_t blank = text.find(' ', 1);
      if (blank != std::string::npos) {
        merges.emplace_back(text.substr(0, blank), text.substr(blank + 1));
        continue;
      }
    } else if (m.is_array() && m.size() == 2 && m[0].is_string() && m[1].is_string()) {
      merges.emplace_back(m[0].get<std::string>(), m[1].get<std::string>());
      continue;
    }
    throw Error(Fault::corrupt, cat("merge ", merges.size(), " is no pair"));
  }
  return merges;
}

/// The number of the token that the key names; -1 when it names none.
TokenId named_token(const JsonReader& r, const char* key, const Vocabulary& v) {
  if (!r.has(key)) return -1;
  const std::string text = r.text(key);
  const TokenId id = v.find(text);
  if (id < 0) {
    throw Error(Fault::corrupt,
                cat("'", key, "' is '", escape_terminal(text, 60), "', which is no token"));
  }
  return id;
}

Parts bpe_model(const JsonReader& r) {
  if (r.has("dropout") && r.at("dropout") != Json(0.0)) {
    throw Error(Fault::unsupported, "BPE with dropout, whose tokens are drawn at random");
  }
  auto parts = new_parts("BPE", vocabulary_object(r.at("vocab")));
  BpeOptions o;
  // Some files name an unknown token that their vocabulary does not have, and never need one.
  o.unknown.unknown = r.has("unk_token") ? parts->vocabulary->find(r.text("unk_token")) : -1;
  o.unknown.byte_fallback = r.flag("byte_fallback", false);
  o.unknown.fuse = r.flag("fuse_unk", false);
  o.whole_words = r.flag("ignore_merges", false);
  o.continuation_prefix = r.text("continuing_subword_prefix", "");
  o.word_suffix = r.text("end_of_word_suffix", "");
  parts->special.unknown = o.unknown.unknown;
  parts->model = make_bpe(*parts->vocabulary, merges_of(r.list("merges")), o);
  return parts;
}

Parts unigram_model(const JsonReader& r) {
  const Json& list = r.list("vocab");
  Vocabulary v;
  ScoredVocabulary scored;
  const bool bytes = r.flag("byte_fallback", false);
  for (const Json& entry : list) {
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number()) {
      throw Error(Fault::corrupt, cat("entry ", v.size(), " of 'vocab' is no text with a score"));
    }
    const auto text = entry[0].get<std::string>();
    v.add(text, v.size());
    scored.scores.push_back(entry[1].get<float>());
    scored.kinds.push_back(bytes && byte_of_token(text) >= 0 ? TokenKind::byte : TokenKind::normal);
  }
  auto parts = new_parts("unigram", std::move(v));
  const std::int64_t unknown = r.integer("unk_id", -1);
  if (unknown >= 0) {
    if (!parts->vocabulary->has(unknown)) {
      throw Error(Fault::corrupt, cat("'unk_id' is ", unknown, ", which is no token"));
    }
    parts->special.unknown = static_cast<TokenId>(unknown);
    scored.kinds[static_cast<std::size_t>(unknown)] = TokenKind::unknown;
  }
  parts->model =
      make_unigram(*parts->vocabulary, std::move(scored), {parts->special.unknown, bytes, true});
  return parts;
}

Parts wordpiece_model(const JsonReader& r) {
  auto parts = new_parts("WordPiece", vocabulary_object(r.at("vocab")));
  WordPieceOptions o;
  o.unknown = parts->special.unknown = named_token(r, "unk_token", *parts->vocabulary);
  o.prefix = r.text("continuing_subword_prefix", "##");
  const std::int64_t longest = r.integer("max_input_chars_per_word", 100);
  if (longest < 0) throw Error(Fault::corrupt, cat("'max_input_chars_per_word' is ", longest));
  o.longest_word = static_cast<std::size_t>(longest);
  parts->model = make_wordpiece(*parts->vocabulary, o);
  return parts;
}

Parts word_level_model(const JsonReader& r) {
  auto parts = new_parts("word level", vocabulary_object(r.at("vocab")));
  parts->special.unknown = named_token(r, "unk_token", *parts->vocabulary);
  parts->model = make_word_level(*parts->vocabulary, parts->special.unknown);
  return parts;
}

std::vector<AddedToken> added_of(const JsonReader& r, const Vocabulary& v) {
  std::vector<AddedToken> added;
  if (!r.has("added_tokens")) return added;
  const Json& list = r.list("added_tokens");
  const std::int64_t most = 2 * (static_cast<std::int64_t>(v.count() + list.size()) + 65536);
  for (const Json& j : list) {
    during([&] { return cat("reading added token ", added.size()); },
           [&] {
             const JsonReader t(j);
             const std::int64_t id = id_of(t.at("id"), "it");
             if (id < 0 || id >= std::min(most, kMostTokens)) {
               throw Error(Fault::corrupt, cat("number ", id, " in a vocabulary of ", v.count()));
             }
             const bool special = t.flag("special", false);
             added.push_back({t.text("content"), static_cast<TokenId>(id), special,
                              t.flag("single_word", false), t.flag("lstrip", false),
                              t.flag("rstrip", false), t.flag("normalized", !special)});
           });
  }
  return added;
}

void template_part(const JsonReader& processor, const Json& part, TokenizerParts& parts,
                   bool& seen) {
  const JsonReader r(part);
  if (r.has("Sequence")) {
    if (seen) throw Error(Fault::unsupported, "a template with a text twice");
    seen = true;
    return;
  }
  const std::string name = JsonReader(r.at("SpecialToken")).text("id");
  const JsonReader known(processor.at("special_tokens"));
  for (const Json& id : JsonReader(known.at(name.c_str())).list("ids")) {
    const std::int64_t number = id_of(id, cat("'", escape_terminal(name, 60), "'"));
    if (number < 0 || number >= kMostTokens) {
      throw Error(Fault::corrupt, cat("the template has token ", number));
    }
    (seen ? parts.behind : parts.before).push_back(static_cast<TokenId>(number));
  }
}

TokenId pair_id(const JsonReader& r, const char* key) {
  const Json& pair = r.list(key);
  if (pair.size() != 2) throw Error(Fault::corrupt, cat("'", key, "' is no token with its number"));
  const std::int64_t id = id_of(pair[1], cat("'", key, "'"));
  if (id < 0 || id >= kMostTokens) throw Error(Fault::corrupt, cat("'", key, "' has number ", id));
  return static_cast<TokenId>(id);
}

}  // namespace

JsonReader::JsonReader(const Json& j) : j_(j) {
  if (!j.is_object()) throw Error(Fault::corrupt, cat("an object is wanted, not ", j.type_name()));
}
bool JsonReader::has(const char* key) const {
  const auto at = j_.find(key);
  return at != j_.end() && !at->is_null();
}
const Json& JsonReader::at(const char* key) const {
  const auto at = j_.find(key);
  if (at == j_.end()) {
    throw Error(Fault::corrupt, cat("the key '", escape_terminal(key, 60), "' is missing"));
  }
  return *at;
}
std::string JsonReader::text(const char* key) const {
  const Json& v = at(key);
  if (!v.is_string()) throw Error(Fault::corrupt, cat("'", key, "' is no text"));
  return v.get<std::string>();
}
std::string JsonReader::text(const char* key, std::string_view otherwise) const {
  return has(key) ? text(key) : std::string(otherwise);
}
bool JsonReader::flag(const char* key, bool otherwise) const {
  if (!has(key)) return otherwise;
  if (!at(key).is_boolean()) throw Error(Fault::corrupt, cat("'", key, "' is not true or false"));
  return at(key).get<bool>();
}
std::int64_t JsonReader::integer(const char* key) const {
  return id_of(at(key), cat("'", key, "'"));
}
std::int64_t JsonReader::integer(const char* key, std::int64_t otherwise) const {
  return has(key) ? integer(key) : otherwise;
}
const Json& JsonReader::list(const char* key) const {
  if (!at(key).is_array()) throw Error(Fault::corrupt, cat("'", key, "' is no list"));
  return at(key);
}
Pattern JsonReader::pattern(const char* key) const {
  const JsonReader r(at(key));
  return r.has("Regex") ? Pattern(r.text("Regex")) : Pattern::literal(r.text("String"));
}

Parts json_model(const Json& j) {
  const JsonReader r(j);
  // Files of the first versions do not say it.
  const std::string type = r.text("type", r.has("merges")                     ? "BPE"
                                          : r.at("vocab").is_array()          ? "Unigram"
                                          : r.has("max_input_chars_per_word") ? "WordPiece"
                                                                              : "WordLevel");
  if (type == "BPE") return bpe_model(r);
  if (type == "Unigram") return unigram_model(r);
  if (type == "WordPiece") return wordpiece_model(r);
  if (type == "WordLevel") return word_level_model(r);
  unknown_type("model", type);
}

void json_post_processor(const Json& j, TokenizerParts& parts) {
  const JsonReader r(j);
  const std::string type = r.text("type");
  if (type == "Sequence") {
    for (const Json& part : r.list("processors")) json_post_processor(part, parts);
  } else if (type == "TemplateProcessing") {
    bool seen = false;
    for (const Json& part : r.list("single")) template_part(r, part, parts, seen);
    if (!seen) throw Error(Fault::unsupported, "a template without the text");
  } else if (type == "BertProcessing" || type == "RobertaProcessing") {
    parts.before = {pair_id(r, "cls")};
    parts.behind = {pair_id(r, "sep")};
  } else if (type != "ByteLevel") {  // which moves offsets only
    unknown_type("post-processor", type);
  }
}

Parts json_parts(std::string_view text) {
  const Json j = parse_strict_json(text);
  const JsonReader r(j);
  const auto reading = [](const char* what, const auto& body) {
    return during([&] { return cat("reading '", what, "'"); }, body);
  };
  Parts parts = reading("model", [&] { return json_model(r.at("model")); });
  parts->added =
      AddedTokens(reading("added_tokens", [&] { return added_of(r, *parts->vocabulary); }));
  reading("normalizer", [&] {
    if (r.has("normalizer")) parts->normalizer = json_normalizer(r.at("normalizer"));
  });
  reading("pre_tokenizer", [&] {
    if (r.has("pre_tokenizer")) json_splitters(r.at("pre_tokenizer"), parts->splitters);
  });
  reading("decoder",
          [&] { parts->decode = json_decoder(r.has("decoder") ? r.at("decoder") : Json()); });
  reading("post_processor", [&] {
    if (r.has("post_processor")) json_post_processor(r.at("post_processor"), *parts);
  });
  const bool letters =
      std::any_of(parts->decode.each.begin(), parts->decode.each.end(),
                  [](const DecodeStep& s) { return s.kind == DecodeStep::Kind::byte_letters; });
  if (parts->kind == "BPE" && letters) parts->kind = "byte-level BPE";
  if (parts->before.size() == 1) parts->special.bos = parts->before[0];
  if (parts->behind.size() == 1) parts->special.eos = parts->behind[0];
  return parts;
}

Tokenizer parse_tokenizer_json(std::string_view text) { return finish(json_parts(text)); }

}  // namespace pare
