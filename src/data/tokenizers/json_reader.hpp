#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "data/tokenizers/parts.hpp"

namespace pare {

/// One object of a tokenizer.json; errors (Fault::corrupt) name the key.
class JsonReader {
 public:
  /// `j` must outlive it. Error when it is no object.
  explicit JsonReader(const nlohmann::json& j);

  /// Whether the key is there and not null.
  [[nodiscard]] bool has(const char* key) const;
  [[nodiscard]] const nlohmann::json& at(const char* key) const;
  [[nodiscard]] std::string text(const char* key) const;
  [[nodiscard]] std::string text(const char* key, std::string_view otherwise) const;
  [[nodiscard]] bool flag(const char* key, bool otherwise) const;
  [[nodiscard]] std::int64_t integer(const char* key) const;
  [[nodiscard]] std::int64_t integer(const char* key, std::int64_t otherwise) const;
  /// Error when it is no list.
  [[nodiscard]] const nlohmann::json& list(const char* key) const;
  /// {"String": ...} or {"Regex": ...}.
  [[nodiscard]] Pattern pattern(const char* key) const;

 private:
  const nlohmann::json& j_;
};

/// The parts of the pipeline, as a tokenizer.json describes them. Errors: Fault::corrupt;
/// Fault::unsupported for a type that is not known.
TextStep json_normalizer(const nlohmann::json& j);
void json_splitters(const nlohmann::json& j, std::vector<PieceStep>& out);
DecodeRules json_decoder(const nlohmann::json& j);
/// The vocabulary, model and unknown token of `j`, and its kind.
std::unique_ptr<TokenizerParts> json_model(const nlohmann::json& j);
/// What stands before and behind a text, into `parts`.
void json_post_processor(const nlohmann::json& j, TokenizerParts& parts);

/// `what` is of a type that is not known.
[[noreturn]] void unknown_type(std::string_view what, std::string_view type);

}  // namespace pare
