#pragma once

#include <cstdint>
#include <ctime>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace pare {

/// What a template may use up. Templates come with models, from strangers.
struct RenderLimits {
  std::uint64_t steps = 10'000'000;                   ///< evaluations
  std::uint64_t work_bytes = std::uint64_t{1} << 30;  ///< handled on the way
  std::uint64_t output_bytes = std::uint64_t{64} << 20;
  std::time_t now = 0;  ///< what strftime_now() tells; in UTC
};

/// A conversation as chat programs write it.
struct Conversation {
  nlohmann::ordered_json messages = nlohmann::ordered_json::array();  ///< {"role", "content", ...}
  nlohmann::ordered_json tools;       ///< descriptions of functions; null = none
  bool add_generation_prompt = true;  ///< end where the model is to answer
  /// More names for the template: {"bos_token": "<s>", "enable_thinking": false}.
  nlohmann::ordered_json more = nlohmann::ordered_json::object();
};

/// The part of Jinja that chat templates of Hugging Face use, with the settings that they are
/// written for. A template sees what it is given, and reaches nothing else. docs/tokenizers.md
/// lists what it may use.
class ChatTemplate {
 public:
  /// Errors: Fault::corrupt with line and column when it is not well formed; Fault::unsupported for
  /// tags that reach outside of it; Fault::resource beyond 4 MiB or when it nests too deeply.
  explicit ChatTemplate(std::string_view source);
  ~ChatTemplate();
  ChatTemplate(ChatTemplate&&) noexcept;
  ChatTemplate& operator=(ChatTemplate&&) noexcept;

  /// The text of a conversation. Errors, with line and column: Fault::usage when the template
  /// refuses it (raise_exception); Fault::corrupt for a wrong use of values; Fault::unsupported for
  /// what is not known; Fault::resource beyond the limits.
  [[nodiscard]] std::string render(const Conversation& conversation,
                                   const RenderLimits& limits = {}) const;
  /// With any names, an object's.
  [[nodiscard]] std::string render(const nlohmann::ordered_json& names,
                                   const RenderLimits& limits = {}) const;

 private:
  struct Tree;
  std::unique_ptr<const Tree> tree_;
};

}  // namespace pare
