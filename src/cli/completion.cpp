#include "cli/completion.hpp"

#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace pare {
namespace {

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) out.push_back("--" + name);
  }
  return out;
}

std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string bash(const CLI::App& app) {
  std::vector<std::string> verbs;
  std::string cases;
  for (const CLI::App* verb : verbs_of(app)) {
    verbs.push_back(verb->get_name());
    cases += cat("    ", verb->get_name(), ") words=\"", join(options_of(*verb), " "), "\" ;;\n");
  }
  return cat(
      "_pare() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} words=\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"",
      join(verbs, " "),
      "\" -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case ${COMP_WORDS[1]} in\n",
      cases,
      "  esac\n"
      "  if [[ $current == -* ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  else\n"
      "    COMPREPLY=($(compgen -f -- \"$current\"))\n"
      "  fi\n"
      "}\n"
      "complete -o filenames -F _pare pare\n");
}

/// Text inside single quotes of a shell script.
std::string in_single_quotes(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out;
}

std::string fish(const CLI::App& app) {
  std::string out = "complete -c pare -n __fish_use_subcommand -f\n";
  for (const CLI::App* verb : verbs_of(app)) {
    out += cat("complete -c pare -n __fish_use_subcommand -a ", verb->get_name(), " -d '",
               in_single_quotes(verb->get_description()), "'\n");
    for (const CLI::Option* option : verb->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        out += cat("complete -c pare -n '__fish_seen_subcommand_from ", verb->get_name(), "' -l ",
                   name, " -d '", in_single_quotes(option->get_description()), "'\n");
      }
    }
  }
  return out;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  if (shell == "bash") return bash(app);
  if (shell == "zsh") return "autoload -U +X bashcompinit && bashcompinit\n" + bash(app);
  if (shell == "fish") return fish(app);
  throw Error(Fault::usage, cat("want bash, zsh or fish, got '", shell, "'"));
}

}  // namespace pare
