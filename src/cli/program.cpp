#include "cli/program.hpp"

#include <algorithm>
#include <cstdio>
#include <new>
#include <string_view>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/threads.hpp"

namespace pare {
namespace {

constexpr int kUsage = static_cast<int>(Fault::usage);

std::string command_line(int argc, char** argv) {
  std::string out;
  for (int i = 0; i < argc; ++i) {
    const std::string word = argv[i];
    const bool plain =
        !word.empty() && word.find_first_of(" \t\n\"'\\$&|;<>()*?") == std::string::npos;
    out += (i > 0 ? " " : "") + (plain ? word : "'" + word + "'");
  }
  return valid_utf8(out);
}

void report(const CommonOptions& common, std::string_view kind, const std::string& message,
            int code) {
  (void)std::fprintf(stderr, "error (%s): %s\n", std::string(kind).c_str(), message.c_str());
  if (!common.json) return;
  const nlohmann::json object = {
      {"pare", 1},
      {"verb", common.verb},
      {"error", {{"kind", kind}, {"message", message}, {"exit_code", code}}}};
  (void)std::puts(object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

/// What the error says, with its frames and without the prefix that report() writes.
std::string told(const Error& e) {
  const std::string full = e.what();
  const std::string prefix = cat("error (", to_string(e.fault()), "): ");
  return full.rfind(prefix, 0) == 0 ? full.substr(prefix.size()) : full;
}

}  // namespace

Program::Program() : app_("pare makes AI models smaller and faster, and proves it.", "pare") {
  app_.set_version_flag("--version", cat("pare ", PARE_VERSION));
  app_.require_subcommand(1);
  app_.footer(
      "Exit codes: 0 done, 1 a limit or comparison was not met, 64 usage, 65 corrupt input,\n"
      "66 missing input, 69 unsupported, 70 internal, 71 out of memory, 73 cannot create output,\n"
      "74 I/O error, 75 interrupted, 77 permission, 78 configuration, 130 / 143 stopped by a "
      "signal.");
  for (const VerbDef& verb : all_verbs()) {
    CLI::App* sub = app_.add_subcommand(std::string(verb.name), std::string(verb.what));
    if (!verb.examples.empty()) sub->footer("Examples:\n" + std::string(verb.examples));
    Entry entry;
    entry.app = sub;
    entry.run = verb.setup(*sub);
    sub->add_flag("--json", common_.json, "print one JSON object on standard output");
    sub->add_flag("-q,--quiet", common_.quiet, "no progress and notes on standard error");
    sub->add_option("--threads", common_.threads, "threads; 0 = all cores this process may use")
        ->check(CLI::Range(0, 4096));
    const bool runs = sub->get_option_no_throw("--target") != nullptr && verb.name != "compress";
    if (runs || verb.name == "compile") {
      sub->add_option("--tuning", common_.tuning,
                      "native: how kernels are chosen: by a fixed order, by time on this machine, "
                      "or by time among more variants")
          ->check(CLI::IsMember({"off", "fast", "full"}))
          ->capture_default_str();
      sub->add_flag("--exact-convolutions", common_.exact_convolutions,
                    "native: no minimal filtering (Winograd), slower and with less rounding");
    }
    sub->add_option("--seed", common_.seed, "seed of everything that is drawn");
    entries_.push_back(std::move(entry));
  }
}

int Program::run(int argc, char** argv) {
  common_.command = command_line(argc, argv);
  try {
    app_.parse(argc, argv);
  } catch (const CLI::Success& e) {
    return app_.exit(e);
  } catch (const CLI::ParseError& e) {
    // An argument may be refused before the options common to all verbs are taken.
    common_.json =
        std::any_of(argv, argv + argc, [](std::string_view word) { return word == "--json"; });
    for (const CLI::App* verb : app_.get_subcommands()) common_.verb = verb->get_name();
    report(common_, "usage", e.what(), kUsage);
    (void)std::fputs("Run with --help for more information.\n", stderr);
    return kUsage;
  }
  return guarded();
}

int Program::guarded() {
  int code = 0;
  try {
    code = dispatch();
  } catch (const Error& e) {
    code = e.exit_code();
    if (e.fault() == Fault::interrupted && caught_signal() != 0) code = 128 + caught_signal();
    report(common_, to_string(e.fault()), told(e), code);
  } catch (const std::bad_alloc&) {
    code = static_cast<int>(Fault::resource);
    report(common_, "resource", "out of memory", code);
  } catch (const std::exception& e) {
    code = static_cast<int>(Fault::internal);
    report(common_, "internal", e.what(), code);
  }
  if (std::fflush(stdout) != 0) {
    report(common_, "io", "cannot write to standard output", static_cast<int>(Fault::io));
    return static_cast<int>(Fault::io);
  }
  return code;
}

int Program::dispatch() {
  for (const Entry& entry : entries_) {
    if (!entry.app->parsed()) continue;
    common_.verb = entry.app->get_name();
    set_threads(common_.threads);
    Console console(common_);
    return entry.run(console);
  }
  throw Error(Fault::usage, "no verb");
}

}  // namespace pare
