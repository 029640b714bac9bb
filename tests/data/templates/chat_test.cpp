// Templates as models bring them along.
#include <gtest/gtest.h>

#include <array>

#include "base/error.hpp"
#include "data/templates/chat_template.hpp"
#include "media/expect.hpp"

namespace pare {
namespace {

struct Chat {
  const char* source;
  const char* messages;
  const char* tools;
  bool add_generation_prompt;
  const char* more;
  const char* text;
};

#include "data/templates/chats.inc"

Conversation conversation_of(const Chat& chat) {
  Conversation c;
  c.messages = nlohmann::ordered_json::parse(chat.messages);
  c.tools = nlohmann::ordered_json::parse(chat.tools);
  c.add_generation_prompt = chat.add_generation_prompt;
  c.more = nlohmann::ordered_json::parse(chat.more);
  c.more["bos_token"] = "<s>";
  c.more["eos_token"] = "</s>";
  return c;
}

TEST(Chat, TemplatesGiveTheTextsThatModelsWereTrainedWith) {
  for (const Chat& chat : kChats) {
    EXPECT_EQ(ChatTemplate(chat.source).render(conversation_of(chat)), chat.text) << chat.source;
  }
}

TEST(Chat, OneTemplateServesManyConversations) {
  const ChatTemplate chatml(kChatml);
  Conversation c;
  for (const char* text : {"a", "b", "a"}) {
    c.messages = {{{"role", "user"}, {"content", text}}};
    EXPECT_EQ(chatml.render(c),
              std::string("<|im_start|>user\n") + text + "<|im_end|>\n<|im_start|>assistant\n");
  }
}

TEST(Chat, TemplatesRefuseRolesThatTheyDoNotKnow) {
  Conversation c;
  c.more = {{"bos_token", "<s>"}, {"eos_token", "</s>"}};
  c.messages = {{{"role", "system"}, {"content", "x"}}};
  EXPECT_NE(expect_fault(Fault::usage, [&] { return ChatTemplate(kGemma).render(c); })
                .find("no system role"),
            std::string::npos);
  c.messages = {{{"role", "user"}, {"content", "x"}}, {{"role", "user"}, {"content", "y"}}};
  expect_fault(Fault::usage, [&] { return ChatTemplate(kLlama2).render(c); });
  expect_fault(Fault::usage, [&] { return ChatTemplate(kMistral).render(c); });
  c.messages = {{{"role", "user"}}};
  EXPECT_NE(expect_fault(Fault::corrupt, [&] { return ChatTemplate(kChatml).render(c); })
                .find("'content' is undefined"),
            std::string::npos);
}

}  // namespace
}  // namespace pare
