#include "targets/onnxruntime/library.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include "base/text.hpp"

namespace pare::ort {
namespace {

namespace fs = std::filesystem;

#if defined(__aarch64__)
constexpr std::string_view kNodeMachine = "arm64";
constexpr std::string_view kTriplet = "aarch64-linux-gnu";
#else
constexpr std::string_view kNodeMachine = "x64";
constexpr std::string_view kTriplet = "x86_64-linux-gnu";
#endif

/// Sub-folders whose name begins with `prefix`, newest name first; none when there is no folder.
std::vector<fs::path> folders(const fs::path& parent, std::string_view prefix) {
  std::vector<fs::path> out;
  std::error_code ignored;
  for (fs::directory_iterator it(parent, ignored), end; !ignored && it != end;
       it.increment(ignored)) {
    if (it->path().filename().string().rfind(prefix, 0) == 0 && it->is_directory(ignored)) {
      out.push_back(it->path());
    }
  }
  std::sort(out.rbegin(), out.rend());
  return out;
}

class Searcher {
 public:
  /// `libonnxruntime.so`, with or without a version behind it.
  void folder(const fs::path& where) {
    result.looked_at.push_back(where.string());
    std::error_code ignored;
    std::vector<fs::path> files;
    for (fs::directory_iterator it(where, ignored), end; !ignored && it != end;
         it.increment(ignored)) {
      const std::string name = it->path().filename().string();
      if (name == "libonnxruntime.so" || name.rfind("libonnxruntime.so.", 0) == 0) {
        files.push_back(it->path());
      }
    }
    std::sort(files.begin(), files.end());
    result.found.insert(result.found.end(), files.begin(), files.end());
  }

  void file_or_folder(const fs::path& where) {
    std::error_code ignored;
    if (fs::is_directory(where, ignored)) {
      folder(where);
      return;
    }
    result.looked_at.push_back(where.string());
    if (fs::exists(where, ignored)) result.found.push_back(fs::absolute(where, ignored));
  }

  void node_modules(const fs::path& above) {
    const fs::path package = above / "node_modules" / "onnxruntime-node";
    std::error_code ignored;
    if (!fs::is_directory(package, ignored)) {
      result.looked_at.push_back(package.string());
      return;
    }
    for (const fs::path& napi : folders(package / "bin", "napi-")) {
      folder(napi / "linux" / kNodeMachine);
    }
  }

  void python(const fs::path& prefix) {
    for (const fs::path& version : folders(prefix / "lib", "python3")) {
      for (const char* packages : {"site-packages", "dist-packages"}) {
        const fs::path capi = version / packages / "onnxruntime" / "capi";
        std::error_code ignored;
        if (fs::is_directory(capi, ignored)) folder(capi);
      }
    }
    result.looked_at.push_back(
        (prefix / "lib/python3*/{site,dist}-packages/onnxruntime/capi").string());
  }

  Search result;
};

std::string environment(const char* name) {
  const char* text = std::getenv(name);
  return text != nullptr ? text : "";
}

}  // namespace

Search search_libraries(const std::string& wanted, const fs::path& from) {
  Searcher s;
  const std::string chosen = wanted.empty() ? environment("PARE_ONNXRUNTIME") : wanted;
  if (!chosen.empty()) {
    s.file_or_folder(chosen);
    return s.result;
  }
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  if (!program.empty()) {
    s.folder(program);
    s.folder((program / ".." / "lib").lexically_normal());
  }
  for (fs::path at = from; !at.empty(); at = at.parent_path()) {
    s.node_modules(at);
    s.node_modules(at / "build" / "onnxruntime");
    if (at == at.parent_path()) break;
  }
  for (const char* variable : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    if (const std::string prefix = environment(variable); !prefix.empty()) s.python(prefix);
  }
  if (const std::string home = environment("HOME"); !home.empty()) {
    s.python(fs::path(home) / ".local");
    for (const fs::path& v : folders(fs::path(home) / ".pyenv" / "versions", "3")) s.python(v);
  }
  s.python("/usr/local");
  s.python("/usr");
  for (const std::string& path : split(environment("LD_LIBRARY_PATH"), ':')) {
    if (!path.empty()) s.folder(path);
  }
  s.folder("/usr/local/lib");
  s.folder(fs::path("/usr/lib") / kTriplet);
  s.folder("/usr/lib");
  s.folder("/opt/onnxruntime/lib");
  return s.result;
}

Library open_library(const fs::path& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    const char* why = dlerror();
    throw Error(Fault::missing, cat("cannot load ", escape_terminal(path.string()), ": ",
                                    escape_terminal(why != nullptr ? why : "no reason given")));
  }
  void* symbol = dlsym(handle, "OrtGetApiBase");
  if (symbol == nullptr) {
    throw Error(Fault::missing,
                cat(escape_terminal(path.string()), " is not ONNX Runtime: no OrtGetApiBase"));
  }
  const ApiBase* base = std::bit_cast<const ApiBase* (*)()>(symbol)();
  require(base != nullptr, "OrtGetApiBase returned nothing");
  Library library;
  library.path = path;
  library.version = base->get_version();
  library.table = base->get_api(kApiVersion);
  if (library.table == nullptr) {
    throw Error(Fault::unsupported,
                cat("ONNX Runtime ", library.version, " in ", escape_terminal(path.string()),
                    " is too old: want 1.", kApiVersion, " or newer"));
  }
  return library;
}

Library find_library(const std::string& wanted) {
  std::error_code ignored;
  const Search search = search_libraries(wanted, fs::current_path(ignored));
  std::vector<std::string> problems;
  for (const fs::path& path : search.found) {
    try {
      return open_library(path);
    } catch (const Error& error) {
      problems.push_back(error.message());
    }
  }
  if (!problems.empty()) throw Error(Fault::missing, join(problems, "; "));
  throw Error(Fault::missing,
              cat("no libonnxruntime.so found; looked at ", join(search.looked_at, ", "),
                  ". Name it with onnxruntime:PATH or PARE_ONNXRUNTIME"));
}

}  // namespace pare::ort
