#include "cli/completion.hpp"
#include "base/error.hpp"
#include "cli/program.hpp"
#include "cli/verb.hpp"

namespace pare {
namespace {

int run(const std::string& shell, Console& console) {
  const Program program;
  const std::string script = completion_script(program.app(), shell);
  console.print(script);
  console.result({{"shell", shell}, {"script", script}});
  return 0;
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto shell = std::make_shared<std::string>();
  app.add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  return [shell](Console& console) { return run(*shell, console); };
}

}  // namespace

VerbDef verb_completion() {
  return {"completion", "print a completion script for a shell",
          "  source <(pare completion bash)\n"
          "  pare completion fish > ~/.config/fish/completions/pare.fish\n",
          setup};
}

}  // namespace pare
