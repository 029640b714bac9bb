#include <cstdio>
#include <string>
#include <string_view>

#include "api/environment.hpp"
#include "base/threads.hpp"
#include "base/warning.hpp"
#include "cli/program.hpp"
#include "evaluate/measure.hpp"

int main(int argc, char** argv) {
  pare::limit_spinning(argv);
  if (argc > 1 && std::string_view(argv[1]) == pare::kMeasureArgument) {
    return pare::measure_child_main(pare::environment());
  }
  pare::set_warning_sink(
      [](const std::string& text) { (void)std::fprintf(stderr, "warning: %s\n", text.c_str()); });
  pare::catch_signals();
  pare::Program program;
  return program.run(argc, argv);
}
