#pragma once

#include <string>
#include <vector>

#include "cli/verb.hpp"

namespace pare {

/// The command line of the program, as CLI11 knows it, with every verb.
class Program {
 public:
  Program();
  /// Runs what the arguments ask for and returns the exit code. Never throws.
  int run(int argc, char** argv);
  [[nodiscard]] const CLI::App& app() const noexcept { return app_; }

 private:
  struct Entry {
    CLI::App* app = nullptr;
    std::function<int(Console&)> run;
  };
  int dispatch();
  int guarded();

  CLI::App app_;
  CommonOptions common_;
  std::vector<Entry> entries_;
};

}  // namespace pare
