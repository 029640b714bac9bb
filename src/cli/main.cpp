#include <cstdio>
#include <string>
#include <string_view>

#include "api/environment.hpp"
#include "base/threads.hpp"
#include "base/warning.hpp"
#include "cli/program.hpp"
#include "evaluate/measure.hpp"

namespace {

/// One thread waits for nobody, so that the program need not be started a second time (7 ms).
bool asks_for_one_thread(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--threads=1") return true;
    if (word == "--threads" && i + 1 < argc && std::string_view(argv[i + 1]) == "1") return true;
  }
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (!asks_for_one_thread(argc, argv)) pare::limit_spinning(argv);
  if (argc > 1 && std::string_view(argv[1]) == pare::kMeasureArgument) {
    return pare::measure_child_main(pare::environment());
  }
  pare::set_warning_sink(
      [](const std::string& text) { (void)std::fprintf(stderr, "warning: %s\n", text.c_str()); });
  pare::catch_signals();
  pare::Program program;
  return program.run(argc, argv);
}
