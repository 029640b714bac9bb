#include <ctime>
#include <iostream>
#include <memory>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/verb.hpp"
#include "data/templates/chat_template.hpp"
#include "data/tokenizers/tokenizer.hpp"

namespace pare {
namespace {

constexpr std::uint64_t kLargestText = std::uint64_t{512} << 20;

struct Arguments {
  std::string tokenizer;
  std::string text_file;
  std::string prompt;
  std::string chat_file;
  bool prompt_given = false;
  bool decode = false;
  bool special = true;
};

std::string standard_input() {
  std::string text;
  std::vector<char> buffer(1U << 16U);
  while (std::cin.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) ||
         std::cin.gcount() > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(std::cin.gcount()));
    if (text.size() > kLargestText) throw Error(Fault::resource, "the text is larger than 512 MiB");
  }
  return text;
}

std::string given_text(const Arguments& a) {
  if (a.prompt_given) return a.prompt;
  return a.text_file == "-" || a.text_file.empty() ? standard_input()
                                                   : read_text(a.text_file, kLargestText);
}

/// The names that templates use for special tokens.
nlohmann::ordered_json special_texts(const Tokenizer& t) {
  nlohmann::ordered_json names;
  const SpecialTokens& s = t.special();
  for (const auto& [name, id] :
       {std::pair("bos_token", s.bos), std::pair("eos_token", s.eos),
        std::pair("unk_token", s.unknown), std::pair("pad_token", s.padding)}) {
    names[name] = id < 0 ? "" : t.text(id);
  }
  return names;
}

/// The text of a conversation: a list of messages, or an object with it and other names.
std::string chat_text(const Arguments& a, const Tokenizer& t) {
  if (t.chat_template().empty()) {
    throw Error(Fault::usage, cat(a.tokenizer, " has no chat template"));
  }
  nlohmann::ordered_json j;
  try {
    j = nlohmann::ordered_json::parse(read_text(a.chat_file, kLargestText));
  } catch (const nlohmann::json::exception& e) {
    throw Error(Fault::corrupt, cat(a.chat_file, ": ", escape_terminal(e.what(), 200)));
  }
  Conversation c;
  c.more = special_texts(t);
  if (j.is_object()) {
    for (const auto& [name, value] : j.items()) c.more[name] = value;
    if (j.contains("messages")) c.messages = j["messages"];
    if (j.contains("tools")) c.tools = j["tools"];
    if (j.contains("add_generation_prompt") && j["add_generation_prompt"].is_boolean()) {
      c.add_generation_prompt = j["add_generation_prompt"].get<bool>();
    }
  } else {
    c.messages = j;
  }
  return ChatTemplate(t.chat_template()).render(c, {.now = std::time(nullptr)});
}

std::vector<TokenId> numbers_in(const std::string& text) {
  std::vector<TokenId> ids;
  std::string word;
  for (const char c : text + " ") {
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r' && c != ',' && c != '[' && c != ']') {
      word += c;
      continue;
    }
    if (word.empty()) continue;
    if (word.size() > 9 || word.find_first_not_of("0123456789") != std::string::npos) {
      throw Error(Fault::usage, cat("'", escape_terminal(word, 40), "' is no token number"));
    }
    ids.push_back(static_cast<TokenId>(std::stol(word)));
    word.clear();
  }
  return ids;
}

/// Text of a token alone, for people: what it stands for, or else its name in the vocabulary.
std::string shown(const Tokenizer& t, TokenId id) {
  const std::string text = t.decode({id}, {.special = true});
  const bool whole = text.find("\xEF\xBF\xBD") == std::string::npos && !text.empty();
  return escape_terminal(whole ? text : t.text(id), 60);
}

int decode(const Arguments& a, const Tokenizer& t, Console& console) {
  const std::vector<TokenId> ids = numbers_in(given_text(a));
  const std::string text = t.decode(ids, {.special = a.special});
  console.print(text + "\n");
  console.result({{"tokenizer", a.tokenizer}, {"ids", ids}, {"text", text}});
  return 0;
}

int encode(const Arguments& a, const Tokenizer& t, Console& console) {
  // A chat template writes the special tokens itself.
  const bool chat = !a.chat_file.empty();
  const std::string text = chat ? chat_text(a, t) : given_text(a);
  const std::vector<TokenId> ids =
      t.encode(text, {.add_special = a.special && !chat, .parse_special = a.special});
  if (!console.json()) {
    std::string numbers;
    for (const TokenId id : ids) numbers += cat(numbers.empty() ? "" : " ", id);
    console.print(numbers + "\n");
    console.note(
        cat(ids.size(), " tokens of ", human_bytes(text.size()), ", ", t.kind(), " of ", t.size()));
    return 0;
  }
  nlohmann::json tokens = nlohmann::json::array();
  for (const TokenId id : ids) tokens.push_back(shown(t, id));
  nlohmann::json j = {{"tokenizer", a.tokenizer}, {"kind", t.kind()}, {"vocabulary", t.size()},
                      {"count", ids.size()},      {"ids", ids},       {"tokens", tokens}};
  if (chat) j["text"] = text;
  console.result(j);
  return 0;
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<Arguments>();
  app.add_option("tokenizer", a->tokenizer,
                 "folder, tokenizer.json, tokenizer.model, vocab.json or vocab.txt")
      ->required();
  CLI::Option* file =
      app.add_option("--text", a->text_file, "file with the text (- or none: standard input)");
  CLI::Option* prompt = app.add_option("-p,--prompt", a->prompt, "the text itself")->excludes(file);
  app.add_option("--chat", a->chat_file,
                 "JSON file with messages, which the tokenizer's chat template makes a text of")
      ->excludes(file)
      ->excludes(prompt);
  app.add_flag("--decode", a->decode, "the text is numbers of tokens; print what they stand for");
  app.add_flag("!--no-special", a->special,
               "no special tokens: none added, none found in the text, none printed");
  return [a, prompt](Console& console) {
    a->prompt_given = prompt->count() > 0;
    if (a->decode && !a->chat_file.empty()) throw Error(Fault::usage, "--decode takes no --chat");
    const Tokenizer t = open_tokenizer(a->tokenizer);
    return a->decode ? decode(*a, t, console) : encode(*a, t, console);
  };
}

}  // namespace

VerbDef verb_tokenize() {
  return {"tokenize", "text to the token numbers of a language model, and back",
          "  pare tokenize model/ -p \"Hello world\"\n"
          "  pare tokenize tokenizer.json --text book.txt --json\n"
          "  echo 1 15043 3186 | pare tokenize tokenizer.model --decode\n"
          "  pare tokenize model/ --chat messages.json\n",
          setup};
}

}  // namespace pare
