#include "data/templates/chat_template.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/templates/interpreter.hpp"

namespace pare {
namespace {

constexpr std::size_t kLargest = std::size_t{4} << 20;

}  // namespace

struct ChatTemplate::Tree {
  templates::Block block;
};

ChatTemplate::ChatTemplate(std::string_view source) {
  if (source.size() > kLargest) {
    throw Error(Fault::resource, cat("a template of ", human_bytes(source.size()), "; ",
                                     human_bytes(kLargest), " is the limit"));
  }
  tree_ = std::make_unique<const Tree>(Tree{templates::parse_template(valid_utf8(source))});
}

ChatTemplate::~ChatTemplate() = default;
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;

std::string ChatTemplate::render(const nlohmann::ordered_json& names,
                                 const RenderLimits& limits) const {
  if (!names.is_object()) throw Error(Fault::usage, "the names of a template are no object");
  templates::Interpreter in(limits);
  templates::add_functions(in);
  for (const auto& [name, value] : names.items()) {
    in.set(name, templates::Value::from_json(value));
  }
  return in.run(tree_->block);
}

std::string ChatTemplate::render(const Conversation& c, const RenderLimits& limits) const {
  nlohmann::ordered_json names = c.more.is_object() ? c.more : nlohmann::ordered_json::object();
  names["messages"] = c.messages;
  names["tools"] = c.tools;
  names["add_generation_prompt"] = c.add_generation_prompt;
  return render(names, limits);
}

}  // namespace pare
