#include "conformance/suite.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"

namespace pare::conformance {
namespace {

namespace fs = std::filesystem;

std::string relative_category(const fs::path& root, const fs::path& folder) {
  const fs::path parent = folder.parent_path();
  // The suite's own folder may be given as root, or one above it, or a single category.
  return fs::equivalent(parent, root) ? root.filename().string() : parent.filename().string();
}

std::vector<fs::path> data_sets_of(const fs::path& folder) {
  std::vector<fs::path> out;
  for (std::size_t k = 0;; ++k) {
    const fs::path set = folder / cat("test_data_set_", k);
    if (!fs::is_directory(set)) return out;
    out.push_back(set);
  }
}

std::vector<fs::path> outputs_beside(const fs::path& model) {
  std::vector<fs::path> out;
  for (std::size_t k = 0;; ++k) {
    const fs::path file = model.parent_path() / cat(model.stem().string(), "_output_", k, ".pb");
    if (!fs::is_regular_file(file)) return out;
    out.push_back(file);
  }
}

}  // namespace

Suite find_cases(const fs::path& given) {
  if (!fs::is_directory(given)) {
    throw Error(Fault::missing, cat("there is no folder ", given.string()));
  }
  const fs::path root = fs::canonical(given);
  Suite suite;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const fs::path& path = entry.path();
    const fs::path folder = path.parent_path();
    if (path.filename() == "model.onnx") {
      Case c{relative_category(root, folder), folder.filename().string(), path, {}, {}};
      c.data_sets = data_sets_of(folder);
      if (c.data_sets.empty()) {
        suite.left_out.push_back(c.full_name() + " (no test data)");
      } else {
        suite.cases.push_back(std::move(c));
      }
    } else if (path.filename() == "data.json" && !fs::exists(folder / "model.onnx")) {
      suite.left_out.push_back(
          cat(relative_category(root, folder), "/", folder.filename().string(), " (no model)"));
    } else if (path.extension() == ".onnx") {
      Case c{folder.filename().string(), path.stem().string(), path, {}, outputs_beside(path)};
      if (!c.outputs.empty()) suite.cases.push_back(std::move(c));
    }
  }
  std::sort(suite.cases.begin(), suite.cases.end(),
            [](const Case& a, const Case& b) { return a.full_name() < b.full_name(); });
  std::sort(suite.left_out.begin(), suite.left_out.end());
  return suite;
}

std::string_view to_string(Status status) {
  switch (status) {
    case Status::passed: return "passed";
    case Status::failed: return "failed";
    case Status::unsupported: return "unsupported";
    case Status::crashed: return "crashed";
    case Status::timed_out: return "timed out";
  }
  return "?";
}

}  // namespace pare::conformance
