#include <memory>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/verb.hpp"
#include "report/html.hpp"

namespace pare {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20U;
// Far more than a record needs; writing JSON again takes stack for every level.
constexpr int kMostDepth = 64;

struct Arguments {
  std::string record;
  std::string output;
  bool force = false;
};

Json read_record(const std::string& path) {
  const std::string text = read_text(path, kMostBytes);
  const auto shallow = [](int depth, Json::parse_event_t /*event*/, Json& /*value*/) {
    if (depth > kMostDepth) {
      throw Error(Fault::corrupt, cat("want JSON of at most ", kMostDepth, " levels, got more"));
    }
    return true;
  };
  try {
    return Json::parse(text, shallow);
  } catch (const Json::exception& e) {
    throw Error(Fault::corrupt, cat("want a record as JSON: ", escape_terminal(e.what())));
  }
}

int run(const Arguments& a, Console& console) {
  const std::string page = during([&] { return cat("reading ", a.record); },
                                  [&] { return render_html(read_record(a.record)); });
  write_text(a.output, page, a.force);
  console.print(cat("Report: ", a.output, "\n"));
  console.result({{"report", a.output}, {"bytes", page.size()}});
  return 0;
}

std::function<int(Console&)> setup(CLI::App& app) {
  const auto a = std::make_shared<Arguments>();
  app.add_option("record", a->record, "record of a run: what `pare tune --record` wrote")
      ->required();
  app.add_option("-o,--output", a->output, "where the HTML page goes")->required();
  app.add_flag("--force", a->force, "replace an existing output");
  return [a](Console& console) { return run(*a, console); };
}

}  // namespace

VerbDef verb_report() {
  return {"report", "make the HTML report of a recorded run",
          "  pare tune model.onnx --data images/ --max-drop 1% -o small.onnx --record run.json\n"
          "  pare report run.json -o report.html\n",
          setup};
}

}  // namespace pare
