// Chat templates, run on a conversation within narrow limits.
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "data/templates/chat_template.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  static const pare::Conversation conversation = [] {
    pare::Conversation c;
    c.messages = {{{"role", "user"}, {"content", " a\xC3\xA9 b "}},
                  {{"role", "assistant"}, {"content", nullptr}, {"tool_calls", {1, 2.5, true}}}};
    c.tools = {{{"name", "f"}, {"parameters", {{"type", "object"}}}}};
    return c;
  }();
  try {
    static_cast<void>(
        pare::ChatTemplate(
            {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()})
            .render(conversation,
                    {.steps = 20'000, .work_bytes = 4 << 20, .output_bytes = 1 << 20}));
  } catch (const pare::Error&) {
    return 0;
  }
  return 0;
}
